"""Liste de contrôle 4 et 5 : les liens des courriels, et les changements qui engagent le compte."""

import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts import connexion_forte, services
from accounts.enums import EtatChangement, EtatCompte
from accounts.models import ChangementCourriel
from courriels.models import Courriel
from journal.models import Evenement
from tests.accounts.facteurs import application, code_de, donner_le_mot_de_passe
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, courriels_ecrits, dernier_lien, oublier_la_preuve, verifier

pytestmark = pytest.mark.django_db
PAGE = "/mon-compte/courriel/"
IDENTITE = "/mon-compte/identite/"
NOUVELLE = "camille@nouvelle.example"


@pytest.fixture
def personne(client):
    personne = UtilisateurFactory(courriel="camille@ancienne.example")
    connecter(client, personne.identifiant)
    oublier_la_preuve(client)
    return personne


def demander(client, courriel=NOUVELLE, **champs):
    verifier(client)
    return client.post(PAGE, {"courriel": courriel, **champs})


def courriel_de(personne):
    personne.refresh_from_db()
    return personne.courriel


@pytest.mark.parametrize(
    "adresse", [PAGE, "/mon-compte/identite/modifier/", "/mon-compte/donnees/", "/mon-compte/fermer/"]
)
@pytest.mark.parametrize("methode", ["get", "post"])
def test_liste_5_un_geste_qui_engage_le_compte_redemande_le_mot_de_passe(client, personne, adresse, methode):
    assert (
        getattr(client, methode)(adresse).url
        == f"/mon-compte/securite/mot-de-passe/?next={adresse.replace('/', '%2F')}"
    )
    assert verifier(client, suite=adresse).url == adresse
    assert client.get(adresse).status_code == 200


def test_jumeau_sans_la_garde_la_page_s_ouvrirait(client, personne, settings):
    settings.DUREE_PREUVE_RECENTE = time.time() + 1
    assert client.get(PAGE).status_code == 200


def test_un_mauvais_mot_de_passe_n_ouvre_rien_et_se_voit_au_journal(client, personne):
    assert verifier(client, "Un-Autre-Mot-1").status_code == 200
    assert client.get(PAGE).status_code == 302
    assert Evenement.objects.filter(action="mot_de_passe.refuse").count() == 1


def test_la_verification_s_use_mais_un_formulaire_ouvert_a_temps_part(client, personne, monkeypatch):
    verifier(client)
    instant = time.time()
    monkeypatch.setattr(connexion_forte.time, "time", lambda: instant + 700)
    assert client.get(PAGE).status_code == 302
    assert client.post(PAGE, {"courriel": NOUVELLE}).url == IDENTITE
    monkeypatch.setattr(connexion_forte.time, "time", lambda: instant + 1300)
    assert "securite/mot-de-passe" in client.post(PAGE, {"courriel": NOUVELLE}).url


def test_la_verification_d_une_personne_ne_vaut_pas_pour_une_autre(client, personne):
    verifier(client)
    client.force_login(UtilisateurFactory())
    assert client.get(PAGE).status_code == 302


def test_une_connexion_toute_fraiche_vaut_verification_et_s_use_comme_elle(personne, monkeypatch):
    client = Client()
    connecter(client, personne.identifiant)
    assert client.get(PAGE).status_code == 200
    instant = time.time()
    monkeypatch.setattr(connexion_forte.time, "time", lambda: instant + 700)
    assert "securite/mot-de-passe" in client.get(PAGE).url


def test_avec_un_facteur_le_mot_de_passe_compte_de_l_instant_ou_il_fut_donne(personne, monkeypatch):
    client, appareil = Client(), application(personne)
    donner_le_mot_de_passe(client, personne)
    instant = time.time()
    monkeypatch.setattr(connexion_forte.time, "time", lambda: instant + 590)
    client.post("/verification/", {"code": code_de(appareil)})
    assert client.get(PAGE).status_code == 200
    monkeypatch.setattr(connexion_forte.time, "time", lambda: instant + 700)
    assert "securite/mot-de-passe" in client.get(PAGE).url


def test_la_suite_de_la_verification_reste_sur_ce_portail(client, personne):
    assert verifier(client, suite="//ailleurs.example/").url == "/mon-compte/securite/"


def test_liste_5_demander_previent_les_deux_adresses_et_ne_change_rien(client, personne):
    assert demander(client).url == IDENTITE
    assert courriel_de(personne) == "camille@ancienne.example"
    assert courriels_ecrits() == [
        ("nouvelle_adresse", NOUVELLE),
        ("changement_d_adresse_demande", "camille@ancienne.example"),
    ]
    assert f"{NOUVELLE} reste à confirmer" in client.get(IDENTITE).text


def test_liste_4_ouvrir_le_lien_ne_change_rien_le_bouton_confirme_dans_un_autre_navigateur(client, personne):
    demander(client)
    lien, ailleurs = dernier_lien("nouvelle_adresse"), Client()
    for _ in range(2):
        assert "Confirmer ma nouvelle adresse" in ailleurs.get(lien).text
    assert courriel_de(personne) == "camille@ancienne.example"
    assert ailleurs.post(lien).url == "/connexion/"
    assert courriel_de(personne) == NOUVELLE
    assert Evenement.objects.get(action="courriel.change").avant == {"courriel": "camille@ancienne.example"}
    assert courriels_ecrits()[-1] == ("changement_d_adresse_fait", "camille@ancienne.example")
    assert connecter(Client(), NOUVELLE).url == "/"


def test_liste_4_le_lien_ne_sert_qu_une_fois(client, personne):
    demander(client)
    lien = dernier_lien("nouvelle_adresse")
    client.post(lien)
    assert client.get(lien).status_code == 410
    assert client.post(lien).status_code == 410


def test_liste_4_le_lien_expire(client, personne, monkeypatch, settings):
    demander(client)
    lien = dernier_lien("nouvelle_adresse")
    settings.DUREE_LIEN_CONFIRMATION = -1
    assert client.post(lien).status_code == 410
    assert courriel_de(personne) == "camille@ancienne.example"


@pytest.mark.parametrize(
    "geste",
    [
        lambda personne: services.changer_mot_de_passe(acteur=personne, mot_de_passe="Jonquilles-Vertes-8", session=0),
        lambda personne: services.demander_changement_de_courriel(acteur=personne, courriel="autre@ailleurs.example"),
        lambda personne: services.desactiver(
            acteur=UtilisateurFactory(is_staff=True), personne=personne, motif="Départ"
        ),
    ],
    ids=["mot-de-passe", "autre-adresse", "desactivation"],
)
def test_liste_6_le_lien_meurt_quand_le_compte_change(client, personne, geste):
    demander(client)
    lien = dernier_lien("nouvelle_adresse")
    personne.refresh_from_db()
    geste(personne)
    assert client.post(lien).status_code == 410
    assert courriel_de(personne) == "camille@ancienne.example"


def test_jumeau_sans_l_empreinte_le_lien_survivrait_au_mot_de_passe(client, personne, monkeypatch):
    monkeypatch.setattr("accounts.jetons._empreinte", lambda personne: "toujours la même")
    demander(client)
    personne.refresh_from_db()
    services.changer_mot_de_passe(acteur=personne, mot_de_passe="Jonquilles-Vertes-8", session=0)
    assert Client().post(dernier_lien("nouvelle_adresse")).status_code == 302


def test_un_lien_ne_sert_pas_a_un_autre_usage(client, personne):
    demander(client)
    jeton = dernier_lien("changement_d_adresse_demande").split("/")[2]
    assert client.post(f"/nouvelle-adresse/{jeton}/").status_code == 410


def test_une_adresse_deja_prise_repond_de_meme_et_previent_sa_titulaire(client, personne):
    autre = UtilisateurFactory(courriel="autre@structure.example")
    libre, prise = demander(client), demander(client, "Autre@Structure.example")
    assert libre.url == prise.url
    assert courriels_ecrits()[2] == ("adresse_deja_prise", autre.courriel)
    assert "nouvelle-adresse" not in Courriel.objects.get(destinataire=autre.courriel).texte


def test_une_adresse_prise_entre_temps_n_est_pas_volee(client, personne):
    demander(client)
    UtilisateurFactory(courriel=NOUVELLE)
    assert client.post(dernier_lien("nouvelle_adresse")).status_code == 410
    assert courriel_de(personne) == "camille@ancienne.example"


def test_demander_sa_propre_adresse_le_dit(client, personne):
    assert "déjà l&#x27;adresse de votre compte" in demander(client, "camille@ancienne.example").text


def test_l_ancienne_adresse_annule_avant_confirmation_et_ferme_les_sessions(client, personne):
    demander(client)
    confirmer, contester = dernier_lien("nouvelle_adresse"), dernier_lien("changement_d_adresse_demande")
    proprietaire = Client()
    assert "sera annulé" in proprietaire.get(contester).text
    assert client.get(IDENTITE).status_code == 200
    assert "Le changement est annulé" in proprietaire.post(contester).text
    assert client.get(IDENTITE).status_code == 302
    assert proprietaire.post(confirmer).status_code == 410
    assert proprietaire.post(contester).status_code == 410
    assert courriels_ecrits()[-1] == ("reinitialisation", "camille@ancienne.example")


def test_l_ancienne_adresse_suspend_apres_confirmation_meme_si_l_intrus_a_change_le_mot_de_passe(client, personne):
    demander(client)
    client.post(dernier_lien("nouvelle_adresse"))
    personne.refresh_from_db()
    services.changer_mot_de_passe(acteur=personne, mot_de_passe="Jonquilles-Vertes-8", session=0)
    page = Client().post(dernier_lien("changement_d_adresse_fait"))
    assert "Le compte est suspendu" in page.text
    personne.refresh_from_db()
    assert (personne.etat, personne.courriel) == (EtatCompte.DESACTIVE, NOUVELLE)
    assert ChangementCourriel.objects.get().etat == EtatChangement.CONTESTE
    assert [adresse for modele, adresse in courriels_ecrits() if modele == "compte_suspendu"] == [
        "camille@ancienne.example",
        NOUVELLE,
    ]


def test_liste_5_les_autres_sessions_ne_se_ferment_que_si_on_le_demande(client, personne):
    ailleurs = Client()
    connecter(ailleurs, personne.identifiant)
    demander(client)
    assert ailleurs.get(IDENTITE).status_code == 200
    demander(client, "encore@nouvelle.example", fermer_sessions="on")
    assert ailleurs.get(IDENTITE).status_code == 302
    assert client.get(IDENTITE).status_code == 200


def test_changer_de_telephone_previent_et_ferme_les_autres_sessions_sur_demande(client, personne):
    ailleurs = Client()
    connecter(ailleurs, personne.identifiant)
    verifier(client)
    client.post(
        "/mon-compte/identite/modifier/",
        {
            "nom": "Lilas",
            "prenom": "Camille",
            "indicatif": "33",
            "telephone": "06 12 34 56 78",
            "fermer_sessions": "on",
        },
    )
    assert courriels_ecrits() == [("identite_modifiee", personne.courriel)]
    assert "téléphone professionnel" in Courriel.objects.get().texte
    assert ailleurs.get(IDENTITE).status_code == 302
    assert client.get(IDENTITE).status_code == 200


def test_un_changement_ancien_s_oublie_mais_pas_un_changement_conteste(personne):
    vieux = timezone.now() - timedelta(days=30)
    for etat in EtatChangement:
        ChangementCourriel.objects.create(
            personne=personne, ancien="a@b.example", nouveau="c@d.example", etat=etat, demande_le=vieux
        )
    assert services.oublier_les_changements_d_adresse() == 3
    assert ChangementCourriel.objects.get().etat == EtatChangement.CONTESTE


def test_un_mot_de_passe_redonne_ne_s_ecrit_nulle_part(client, personne):
    verifier(client)
    assert MOT_DE_PASSE not in str(list(Evenement.objects.values()))


def test_jumeau_sans_l_etat_du_changement_le_lien_servirait_deux_fois(client, personne, monkeypatch):
    """L'adresse fait aussi partie de l'empreinte : il faut ôter les deux protections pour que le lien resserve."""
    monkeypatch.setattr("accounts.jetons._empreinte", lambda personne: "toujours la même")
    demander(client)
    lien = dernier_lien("nouvelle_adresse")
    client.post(lien)
    assert client.post(lien).status_code == 410
    ChangementCourriel.objects.update(etat=EtatChangement.EN_ATTENTE)
    assert client.post(lien).status_code == 302


def test_jumeau_sans_la_ligne_fermee_les_autres_sessions_resteraient(client, personne, monkeypatch):
    ailleurs = Client()
    connecter(ailleurs, personne.identifiant)
    monkeypatch.setattr("accounts.services.sessions.fermer_les_sessions", lambda *args, **kwargs: 0)
    demander(client, fermer_sessions="on")
    assert ailleurs.get(IDENTITE).status_code == 200
