"""Ce que le support voit et peut : comprendre un refus, voir le portail comme une personne, réunir deux comptes."""

import time
from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts import prolongements, regard, services
from accounts.enums import EtatCompte, Fermeture
from accounts.erreurs import GesteRefuse
from accounts.limites import LimiteAtteinte, Porte
from accounts.models import ChangementCourriel
from accounts.prolongements import Empechement
from accounts.queries import pourquoi_ne_peut_elle_pas_entrer
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.models import Portefeuille
from journal.contexte import origine
from journal.models import Evenement
from tests.accounts.facteurs import application, canal
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, courriels_ecrits
from tests.depot.factories import DocumentFactory
from tests.habilitations.factories import DemandeFactory, HabilitationFactory, gestionnaire
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db
LISTE = "/admin/accounts/utilisateur/"
IDENTITE = "/mon-compte/identite/"


@pytest.fixture
def support(client):
    agent = UtilisateurFactory(prenom="Sacha", nom="Perrin", is_staff=True)
    agent.user_permissions.set(Permission.objects.filter(codename__in=["view_utilisateur", "change_utilisateur"]))
    client.force_login(agent)
    return agent


@pytest.fixture
def personne():
    return UtilisateurFactory(prenom="Camille", nom="Lilas", telephone="+33612345678")


def actions():
    return list(Evenement.objects.order_by("pk").values_list("action", flat=True))


# --- Pourquoi ne peut-elle pas entrer ? ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("etat", "dit"),
    [
        (EtatCompte.A_CONFIRMER, "n'est pas confirmée"),
        (EtatCompte.DESACTIVE, "est désactivé"),
        (EtatCompte.FERME, "est fermé depuis"),
        (EtatCompte.ANONYME, "est anonymisé"),
    ],
)
def test_le_panneau_dit_l_etat_du_compte(etat, dit):
    assert dit in pourquoi_ne_peut_elle_pas_entrer(UtilisateurFactory(etat=etat))[0].constat


def test_le_panneau_ne_dit_rien_d_un_compte_qui_va_bien(client, support, personne):
    services.consigner_refus(acteur=None, saisie=UtilisateurFactory().identifiant)
    assert pourquoi_ne_peut_elle_pas_entrer(personne) == []
    page = client.get(f"{LISTE}{personne.pk}/change/").text
    assert "Rien de connu" in page
    assert "aucun second facteur ne lui est demandé" in page


def test_le_panneau_dit_les_connexions_refusees_et_les_courriels_perdus(client, support, personne):
    for _ in range(3):
        services.consigner_refus(acteur=None, saisie=personne.identifiant)
    services.aider_a_rentrer(acteur=None, saisie=personne.identifiant)
    Courriel.objects.update(etat=EtatCourriel.EN_ECHEC, derniere_erreur="550 boîte inconnue")
    page = client.get(f"{LISTE}{personne.pk}/change/").text
    assert "3 connexion(s) refusée(s)" in page
    assert "550 boîte inconnue" in page


def test_le_panneau_dit_un_changement_d_adresse_conteste():
    personne = UtilisateurFactory(etat=EtatCompte.DESACTIVE)
    ChangementCourriel.objects.create(personne=personne, ancien="a@b.example", nouveau="c@d.example", etat="conteste")
    assert "a@b.example conteste" in pourquoi_ne_peut_elle_pas_entrer(personne)[0].constat


def test_le_panneau_dit_le_second_facteur_qui_manque(personne):
    responsable, agent = gestionnaire(), UtilisateurFactory(is_staff=True)
    HabilitationFactory(titulaire=personne)
    assert "ADMINISTRATION" in constats(responsable)[0]
    assert "l'administration en demande un" in constats(agent)[0]
    assert constats(personne) == []
    for une in (responsable, agent):
        canal(une)
        assert "est demandé à la connexion" in constats(une)[0]


def test_une_application_ajoute_ses_constats(personne, monkeypatch):
    monkeypatch.setattr(prolongements, "empechements", [lambda personne: [Empechement("Limitée jusqu'à 10:42.")]])
    assert [un.constat for un in pourquoi_ne_peut_elle_pas_entrer(personne)] == ["Limitée jusqu'à 10:42."]


def constats(personne):
    return [empechement.constat for empechement in pourquoi_ne_peut_elle_pas_entrer(personne)]


def test_le_panneau_dit_la_limite_atteinte_tant_qu_elle_dure(personne, monkeypatch):
    for _ in range(Porte.CONNEXION.nombre):
        services.compter_tentative(acteur=None, porte=Porte.CONNEXION, sujet=personne.identifiant)
    assert constats(personne) == []
    with pytest.raises(LimiteAtteinte):
        services.compter_tentative(acteur=None, porte=Porte.CONNEXION, sujet=personne.identifiant)
    assert "Trop de tentatives (connexion)" in constats(personne)[0]
    plus_tard = timezone.now() + timedelta(seconds=Porte.CONNEXION.duree + 1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: plus_tard)
    assert constats(personne) == []


def lever(client, personne, motif="Identité vérifiée au téléphone"):
    gestes = {"action": "lever_les_limites", "_selected_action": [personne.pk], "motif": motif}
    return client.post(LISTE, gestes, follow=True).text


def epuiser(porte, sujet):
    with origine("203.0.113.9"):
        for _ in range(porte.nombre):
            services.compter_tentative(acteur=None, porte=porte, sujet=sujet)
        with pytest.raises(LimiteAtteinte):
            services.compter_tentative(acteur=None, porte=porte, sujet=sujet)


@pytest.mark.parametrize("champ", ["identifiant", "courriel", ""])
@pytest.mark.parametrize("porte", Porte)
def test_le_support_leve_les_limites_d_ou_qu_elles_viennent(client, support, personne, porte, champ):
    sujet = getattr(personne, champ) if champ else personne
    epuiser(porte, sujet)
    assert "Lever les limites" in pourquoi_ne_peut_elle_pas_entrer(personne)[0].remede
    assert "c'est fait." in unescape(lever(client, personne))
    assert constats(personne) == []
    with origine("203.0.113.9"):
        services.compter_tentative(acteur=None, porte=porte, sujet=sujet)
    assert Evenement.objects.get(action="limites.levees").apres == {"motif": "Identité vérifiée au téléphone"}


def test_sans_motif_les_limites_restent(client, support, personne):
    epuiser(Porte.CONNEXION, personne.identifiant)
    assert "Indiquez un motif" in lever(client, personne, motif=" ")
    assert "Trop de tentatives" in constats(personne)[0]


def test_les_limites_d_une_autre_personne_restent(client, support, personne):
    autre = UtilisateurFactory()
    epuiser(Porte.CONNEXION, autre.identifiant)
    lever(client, personne)
    assert "Trop de tentatives" in constats(autre)[0]
    with origine("203.0.113.9"), pytest.raises(LimiteAtteinte):
        services.compter_tentative(acteur=None, porte=Porte.CONNEXION, sujet=autre.identifiant)


def test_lever_les_limites_efface_aussi_l_attente_d_une_application_et_des_envois(client, support, personne):
    appareil, courriel = application(personne, throttling_failure_count=9), canal(personne)
    appareil.throttle_increment()
    services.envoyer_code(acteur=personne, facteur=courriel, sceau="une session")
    lever(client, personne)
    appareil.refresh_from_db()
    assert appareil.throttling_failure_count == 0
    services.envoyer_code(acteur=personne, facteur=courriel, sceau="une session")


def test_le_panneau_dit_les_facteurs_que_la_connexion_demande(personne):
    assert constats(personne) == []
    services.enroler_courriel(personne=personne, acteur=personne)
    assert "Code par courriel" in constats(personne)[0]


# --- Voir le portail comme une personne ------------------------------------------------------------------------------
def regarder(client, personne, motif="Elle ne voit pas sa tuile"):
    return client.post(f"{LISTE}{personne.pk}/regarder/", {"motif": motif})


def test_le_support_voit_les_pages_de_la_personne_et_l_ecran_le_dit(client, support, personne):
    assert "Motif" in client.get(f"{LISTE}{personne.pk}/regarder/").text
    assert regarder(client, personne).url == "/"
    page = client.get(IDENTITE).text
    assert personne.courriel in page
    assert "Vous voyez le portail comme" in page
    assert "Arrêter" in page
    debut = Evenement.objects.get(action="regard.commence")
    assert (debut.acteur_id, debut.objet_id) == (support.pk, str(personne.pk))
    assert debut.apres["motif"] == "Elle ne voit pas sa tuile"


def test_arreter_rend_sa_place_au_support_et_le_journal_le_dit(client, support, personne):
    regarder(client, personne)
    assert client.post("/regard/arreter/").url == f"{LISTE}{personne.pk}/change/"
    assert support.courriel in client.get(IDENTITE).text
    assert (Evenement.objects.latest("pk").action, Evenement.objects.latest("pk").acteur_id) == (
        "regard.termine",
        support.pk,
    )
    assert client.post("/regard/arreter/").url == "/"


def test_le_motif_est_obligatoire(client, support, personne):
    assert "Indiquez un motif" in regarder(client, personne, motif="  ").text
    assert personne.courriel not in client.get(IDENTITE).text
    with pytest.raises(GesteRefuse, match="motif"):
        services.commencer_regard(acteur=support, personne=personne, motif=" ")


def adresses_qui_ecrivent():
    return [
        "/mon-compte/identite/modifier/",
        "/mon-compte/mot-de-passe/",
        "/mon-compte/verifier/",
        "/mon-compte/donnees/",
        "/mon-compte/fermer/",
        "/demande/nouvelle/",
        "/camsp-cmpp/nouveau/",
        "/admin/accounts/utilisateur/",
        "/connexion/",
    ]


@pytest.mark.parametrize("methode", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("adresse", adresses_qui_ecrivent())
def test_rien_ne_s_ecrit_pendant_qu_on_regarde(client, support, personne, adresse, methode):
    regarder(client, personne)
    avant = actions()
    assert getattr(client, methode)(adresse).status_code == 403
    assert actions() == avant


def test_jumeau_sans_le_refus_la_page_s_ecrirait(client, support, personne, monkeypatch):
    monkeypatch.setattr(regard.Regard, "refus", lambda self, request: "")
    regarder(client, personne)
    client.post("/mon-compte/mot-de-passe/", {"actuel": "x"})
    assert client.post("/mon-compte/securite/mot-de-passe/", {"mot_de_passe": "x"}).status_code == 200
    assert "mot_de_passe.refuse" in actions()


@pytest.mark.parametrize(
    "adresse",
    ["/admin/", "/admin/journal/evenement/", "/mon-compte/mot-de-passe/", "/mon-compte/securite/", "/verification/"],
)
def test_ni_l_administration_ni_les_secrets_ne_s_ouvrent_pendant_qu_on_regarde(client, support, personne, adresse):
    regarder(client, personne)
    assert client.get(adresse).status_code == 403


def test_la_preuve_du_support_n_ouvre_pas_les_pages_qui_exigent_celle_de_la_personne(client, support):
    regardee = gestionnaire()
    regardee.codes_de_secours.create(empreinte="x")
    regarder(client, regardee)
    session = client.session
    session["connexion_forte"] = {"moyen": f"secours-{support.pk}", "le": int(time.time())}
    session.save()
    reponse = client.get("/gestion/demandes/")
    assert reponse.url == "/verification/?next=%2Fgestion%2Fdemandes%2F"
    assert client.get(reponse.url).status_code == 403


def test_prolonger_sa_session_reste_possible_pendant_qu_on_regarde(client, support, personne):
    regarder(client, personne)
    assert client.post("/session/prolonger/").status_code == 204


def test_liste_12_le_support_ne_voit_ni_ne_choisit_de_mot_de_passe_en_regardant(client, support, personne):
    regarder(client, personne)
    avant = personne.password
    for adresse in (IDENTITE, "/mon-compte/demandes/", "/mon-compte/verifier/"):
        assert avant not in client.get(adresse).text
    client.post("/mon-compte/mot-de-passe/", {"actuel": MOT_DE_PASSE, "mot_de_passe": "Jonquilles-Vertes-8"})
    personne.refresh_from_db()
    assert personne.password == avant


def test_jumeau_sans_les_pages_fermees_le_mot_de_passe_s_ouvrirait(client, support, personne, monkeypatch):
    monkeypatch.setattr(regard, "FERMES", ("/rien/",))
    regarder(client, personne)
    assert client.get("/mon-compte/mot-de-passe/").status_code == 200


@pytest.mark.parametrize("adresse", ["/mon-compte/courriel/", "/mon-compte/donnees/", "/mon-compte/fermer/"])
def test_les_gestes_qui_engagent_le_compte_ne_s_ouvrent_pas(client, support, personne, adresse):
    regarder(client, personne)
    assert client.get(adresse).status_code == 403


@pytest.mark.parametrize("droit", ["is_staff", "is_superuser"])
def test_on_ne_regarde_pas_un_compte_de_support_ou_d_administration(client, support, droit):
    cible = UtilisateurFactory(**{droit: True})
    assert "ne voit pas le portail" in regarder(client, cible).text
    assert cible.courriel not in client.get(IDENTITE).text
    assert actions() == []


def test_une_personne_devenue_support_ne_se_voit_plus(client, support, personne):
    regarder(client, personne)
    personne.is_staff = True
    personne.save()
    assert client.get(IDENTITE).status_code == 403


def test_le_regard_dure_une_heure(client, support, personne, monkeypatch, settings):
    settings.SESSION_INACTIVITE = 7200
    regarder(client, personne)
    plus_tard = timezone.now() + timedelta(minutes=61)
    monkeypatch.setattr("django.utils.timezone.now", lambda: plus_tard)
    reponse = client.get(IDENTITE)
    assert reponse.status_code == 403
    assert "L&#x27;heure est passée" in reponse.text
    assert personne.courriel not in reponse.text
    assert client.post("/regard/arreter/").status_code == 302


def test_qui_n_est_plus_du_support_ne_regarde_plus(client, support, personne):
    regarder(client, personne)
    support.user_permissions.clear()
    assert client.get(IDENTITE).status_code == 403
    support.is_staff = False
    support.save()
    assert client.get(IDENTITE).status_code == 403


def test_un_support_desactive_ne_voit_plus_rien(client, support, personne):
    regarder(client, personne)
    support.etat = EtatCompte.DESACTIVE
    support.save()
    assert client.get(IDENTITE).status_code == 302


def test_lire_l_adresse_de_deconnexion_n_arrete_rien(client, support, personne):
    regarder(client, personne)
    assert client.get("/deconnexion/").status_code == 405
    assert "regard.termine" not in actions()
    assert "Camille Lilas" in client.get(IDENTITE).text


def test_se_deconnecter_arrete_et_le_journal_le_dit(client, support, personne):
    regarder(client, personne)
    client.post("/deconnexion/")
    assert actions()[-2:] == ["regard.termine", "deconnexion"]
    assert Evenement.objects.latest("pk").acteur_id == support.pk
    connecter(client, personne.identifiant)
    assert "Vous voyez le portail" not in client.get(IDENTITE).text


@pytest.mark.parametrize("page", ["regarder", "fusionner"])
def test_consulter_ne_suffit_pas(client, support, personne, page):
    support.user_permissions.set(Permission.objects.filter(codename="view_utilisateur"))
    assert client.get(f"{LISTE}{personne.pk}/{page}/").status_code == 403
    client.force_login(UtilisateurFactory())
    assert client.get(f"{LISTE}{personne.pk}/{page}/").status_code == 302


# --- Réunir deux comptes ---------------------------------------------------------------------------------------------
@pytest.fixture
def fermee():
    return UtilisateurFactory(prenom="Camille", nom="Lilas", structure=StructureFactory(), telephone="+33698765432")


def reunir(client, gardee, fermee, **champs):
    donnees = {"autre": fermee.identifiant, "motif": "Deux comptes", **champs}
    return client.post(f"{LISTE}{gardee.pk}/fusionner/", donnees)


def test_l_apercu_dit_tout_et_ne_change_rien(client, support, personne, fermee):
    droit = HabilitationFactory(titulaire=fermee)
    demande = DemandeFactory(demandeur=fermee)
    DocumentFactory(deposant=fermee)
    page = reunir(client, personne, fermee).text
    for attendu in (
        str(droit),
        str(demande),
        "1 document(s) déposé(s)",
        str(fermee.structure),
        "Réunir les deux comptes",
    ):
        assert attendu in page
    fermee.refresh_from_db()
    assert fermee.etat == EtatCompte.ACTIF
    assert actions() == []


def test_reunir_reprend_tout_et_ferme_l_autre_compte(client, support, personne, fermee):
    droit = HabilitationFactory(titulaire=fermee)
    passee = HabilitationFactory(titulaire=fermee, etat=EtatHabilitation.REVOQUEE)
    demandes = [DemandeFactory(demandeur=fermee, etat=etat, pour=[StructureFactory()]) for etat in EtatDemande]
    decidee = DemandeFactory(etat=EtatDemande.ACCEPTEE, decideur=fermee)
    document = DocumentFactory(deposant=fermee)
    portefeuille = Portefeuille.objects.create(nom="Essai")
    portefeuille.gestionnaires.add(fermee)
    structure = fermee.structure
    assert reunir(client, personne, fermee, confirmer="oui").url == f"{LISTE}{personne.pk}/change/"
    for objet in (personne, fermee, droit, passee, decidee, document, *demandes):
        objet.refresh_from_db()
    assert {droit.titulaire, passee.titulaire, decidee.decideur, document.deposant} == {personne}
    assert {demande.demandeur for demande in demandes} == {personne}
    assert {une.demandeur for demande in demandes for une in demande.structures_demandees.all()} == {personne}
    assert [demande.etat for demande in demandes] == list(EtatDemande)
    assert list(portefeuille.gestionnaires.all()) == [personne]
    assert (personne.structure, personne.telephone) == (structure, "+33612345678")
    assert (fermee.etat, fermee.fermeture) == (EtatCompte.FERME, Fermeture.FUSION)
    assert [modele for modele, _ in courriels_ecrits()] == ["comptes_reunis"] * 2
    geste = Evenement.objects.get(action="comptes.reunis")
    assert (geste.acteur_id, geste.apres["ferme"], geste.apres["motif"]) == (
        support.pk,
        fermee.identifiant,
        "Deux comptes",
    )


def test_ce_que_les_deux_tiennent_n_est_pas_garde_en_double(support, personne, fermee):
    lieu = StructureFactory()
    garde, double = (HabilitationFactory(titulaire=une, structure=lieu) for une in (personne, fermee))
    attendue, autre = (DemandeFactory(demandeur=une, pour=[StructureFactory()]) for une in (personne, fermee))
    autre.structures_demandees.update(structure=attendue.structures.get())
    services.fusionner(acteur=support, gardee=personne, fermee=fermee, motif="Deux comptes")
    for objet in (garde, double, attendue, autre):
        objet.refresh_from_db()
    assert (garde.etat, double.etat) == (EtatHabilitation.ACTIVE, EtatHabilitation.RENONCEE)
    assert (attendue.etat, autre.etat) == (EtatDemande.EN_ATTENTE, EtatDemande.ANNULEE)


@pytest.mark.parametrize("sens", [1, -1])
def test_on_ne_reunit_pas_qui_a_decide_pour_l_autre(client, support, sens):
    une, autre = (gestionnaire(), UtilisateurFactory())[::sens]
    decideur, demandeur = (une, autre)[::sens]
    demande = DemandeFactory(demandeur=demandeur, decideur=decideur, etat=EtatDemande.ACCEPTEE)
    assert "a décidé d&#x27;une demande" in reunir(client, une, autre, confirmer="oui").text
    demande.refresh_from_db()
    assert demande.demandeur == demandeur
    assert actions() == []


def test_jumeau_sans_ce_refus_la_base_refuserait_encore(support, monkeypatch):
    from django.db import IntegrityError, transaction

    monkeypatch.setattr("accounts.services.fusion.refus_de_fusion", lambda gardee, fermee: "")
    decideur, demandeur = UtilisateurFactory(), UtilisateurFactory()
    DemandeFactory(demandeur=demandeur, decideur=decideur, etat=EtatDemande.ACCEPTEE)
    with pytest.raises(IntegrityError), transaction.atomic():
        services.fusionner(acteur=support, gardee=decideur, fermee=demandeur, motif="Deux comptes")


@pytest.mark.parametrize(
    ("gardee", "fermee", "dit"),
    [
        ({"etat": EtatCompte.DESACTIVE}, {}, "doit être actif"),
        ({}, {"etat": EtatCompte.ANONYME}, "anonymisé"),
        ({"is_staff": True}, {}, "support ou d'administration"),
        ({}, {"is_superuser": True}, "support ou d'administration"),
    ],
)
def test_les_fusions_refusees_disent_pourquoi(support, gardee, fermee, dit):
    with pytest.raises(GesteRefuse, match=dit):
        services.fusionner(
            acteur=support, gardee=UtilisateurFactory(**gardee), fermee=UtilisateurFactory(**fermee), motif="Essai"
        )


def test_un_compte_ne_se_reunit_pas_a_lui_meme_ni_sans_motif_ni_a_un_inconnu(client, support, personne, fermee):
    assert "même compte" in reunir(client, personne, personne).text
    assert "Indiquez un motif" in reunir(client, personne, fermee, motif="").text
    assert "Aucun compte" in reunir(client, personne, fermee, autre="personne-ici").text
    assert actions() == []
