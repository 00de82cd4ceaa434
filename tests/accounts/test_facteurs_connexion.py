"""Liste de contrôle, lignes 3, 6 et 8 : entrer avec un second facteur, et rien avec le mot de passe seul."""

import time
from datetime import timedelta

import pytest
from django.test import Client

from accounts import connexion_forte, services
from accounts.enums import EtatCompte
from accounts.models import CodeDeSecours
from accounts.services import creer_codes_de_secours
from accounts.services.codes import essayer_code
from journal.models import Evenement
from tests.accounts.facteurs import (
    SECURITE,
    VERIFICATION,
    application,
    autre_que,
    canal,
    code_de,
    code_faux,
    code_recu,
    donner_le_mot_de_passe,
    entrer,
)
from tests.accounts.factories import UtilisateurFactory
from tests.accounts.outils import connecter, courriels_ecrits, dernier_lien, est_connecte

pytestmark = pytest.mark.django_db
IDENTITE = "/mon-compte/identite/"


@pytest.fixture
def client():
    """Une session comme le portail les ouvre, sans le raccourci des autres tests."""
    return Client()


@pytest.fixture(autouse=True)
def porte_large(settings):
    """Les essais comptés par chaque facteur, sans ceux que la porte compte avant lui (voir la fin)."""
    settings.LIMITES = settings.LIMITES | {"facteur": (100, 300)}


@pytest.fixture
def personne():
    return UtilisateurFactory()


@pytest.fixture
def appareil(personne):
    return application(personne)


def test_sans_facteur_le_mot_de_passe_suffit(client, personne):
    assert donner_le_mot_de_passe(client, personne).url == "/"
    assert est_connecte(client)


def test_avec_un_facteur_le_mot_de_passe_ne_connecte_pas(client, personne, appareil):
    assert (
        donner_le_mot_de_passe(client, personne, suite=IDENTITE).url
        == f"{VERIFICATION}?next=%2Fmon-compte%2Fidentite%2F"
    )
    assert not est_connecte(client)
    assert client.get(IDENTITE).url == f"/connexion/?next={IDENTITE}"
    assert not Evenement.objects.filter(action="connexion.reussie").exists()


def test_un_facteur_jamais_prouve_ne_compte_pas(client, personne):
    application(personne, confirmed=False)
    canal(personne, confirme_le=None)
    donner_le_mot_de_passe(client, personne)
    assert est_connecte(client)


def test_le_bon_code_connecte_et_mene_ou_l_on_allait(client, personne, appareil):
    donner_le_mot_de_passe(client, personne)
    reponse = client.post(
        f"{VERIFICATION}?next={IDENTITE}", {"code": f" {code_de(appareil)[:3]} {code_de(appareil)[3:]}"}
    )
    assert reponse.url == IDENTITE
    assert client.get(IDENTITE).status_code == 200
    actions = set(Evenement.objects.values_list("action", flat=True))
    assert {"verification.reussie", "connexion.reussie"} <= actions


@pytest.mark.parametrize("suite", ["//pirate.example/", "https://pirate.example/", "javascript:alert(1)"])
def test_la_verification_ne_fait_pas_quitter_le_portail(client, personne, appareil, suite):
    donner_le_mot_de_passe(client, personne, suite=suite)
    assert client.post(f"{VERIFICATION}?next={suite}", {"code": code_de(appareil)}).url == "/"


def test_un_code_faux_ne_connecte_pas_et_se_consigne(client, personne, appareil):
    donner_le_mot_de_passe(client, personne)
    reponse = client.post(VERIFICATION, {"code": code_faux(appareil)})
    assert "Ce n&#x27;est pas le code" in reponse.text
    assert not est_connecte(client)
    assert Evenement.objects.filter(action="verification.refusee", acteur_id=personne.pk).count() == 1
    assert code_faux(appareil) not in str(list(Evenement.objects.values()))


def test_le_code_d_un_autre_ne_connecte_pas(client, personne, appareil):
    autre = application(UtilisateurFactory())
    donner_le_mot_de_passe(client, personne)
    client.post(f"{VERIFICATION}?facteur=application-{autre.pk}", {"code": code_de(autre)})
    assert not est_connecte(client)


def test_l_attente_apres_un_code_faux_se_dit_en_mots(client, personne, appareil):
    donner_le_mot_de_passe(client, personne)
    client.post(VERIFICATION, {"code": code_faux(appareil)})
    reponse = client.post(VERIFICATION, {"code": code_de(appareil)})
    assert "Après un code faux, il faut attendre : essayez à nouveau dans 1 seconde." in str(
        reponse.context["form"].errors
    )
    assert not est_connecte(client)


def test_l_attente_ne_grandit_pas_sans_fin_et_un_courriel_previent(client, personne, appareil):
    for _ in range(12):
        appareil.refresh_from_db()
        appareil.throttling_failure_timestamp = None
        appareil.save()
        donner_le_mot_de_passe(client, personne)
        client.post(VERIFICATION, {"code": code_faux(appareil)})
    appareil.refresh_from_db()
    assert appareil.throttling_failure_count == 9
    assert courriels_ecrits() == [("verifications_refusees", personne.courriel)]


def test_un_code_d_application_ne_sert_qu_une_fois(client, personne, appareil):
    donner_le_mot_de_passe(client, personne)
    code = code_de(appareil)
    client.post(VERIFICATION, {"code": code})
    assert est_connecte(client)
    rejeu = Client()
    donner_le_mot_de_passe(rejeu, personne)
    rejeu.post(VERIFICATION, {"code": code})
    assert not est_connecte(rejeu)


def test_la_cle_de_session_change_au_mot_de_passe_puis_a_la_verification(client, personne, appareil):
    client.get("/connexion/")
    posee = client.session
    posee["trace"] = "posée par un autre"
    posee.save()
    donner_le_mot_de_passe(client, personne)
    attente = client.session.session_key
    client.post(VERIFICATION, {"code": code_de(appareil)})
    assert est_connecte(client)
    assert len({posee.session_key, attente, client.session.session_key}) == 3


def test_la_cle_de_session_change_quand_une_session_simple_se_renforce(client, personne):
    donner_le_mot_de_passe(client, personne)
    simple = client.session.session_key
    appareil = application(personne)
    client.post(VERIFICATION, {"code": code_de(appareil)})
    assert client.session["connexion_forte"]["moyen"] == f"application-{appareil.pk}"
    assert client.session.session_key != simple
    client.cookies["session"] = simple
    assert client.get(IDENTITE).status_code == 302


def test_le_mot_de_passe_donne_n_attend_pas_plus_de_dix_minutes(client, personne, appareil, monkeypatch):
    donner_le_mot_de_passe(client, personne)
    assert client.get(VERIFICATION).status_code == 200
    monkeypatch.setattr(connexion_forte, "_maintenant", lambda: int(time.time()) + 601)
    assert client.post(VERIFICATION, {"code": code_de(appareil)}).url.startswith("/connexion/")
    assert not est_connecte(client)


@pytest.mark.parametrize("champs", [{"etat": EtatCompte.DESACTIVE}, {"password": "change"}])
def test_un_compte_desactive_ou_au_mot_de_passe_change_entre_temps_n_entre_plus(client, personne, appareil, champs):
    donner_le_mot_de_passe(client, personne)
    type(personne).objects.filter(pk=personne.pk).update(**champs)
    assert client.post(VERIFICATION, {"code": code_de(appareil)}).url.startswith("/connexion/")
    assert not est_connecte(client)


def test_reinitialiser_son_mot_de_passe_ne_passe_pas_le_second_facteur(client, personne, appareil):
    services.aider_a_rentrer(acteur=None, saisie=personne.identifiant)
    lien = dernier_lien("reinitialisation")
    assert client.post(lien, {"mot_de_passe": "Jonquilles-Vertes-8"}).url == "/connexion/"
    assert not est_connecte(client)
    assert connecter(client, personne.identifiant, "Jonquilles-Vertes-8").url == VERIFICATION
    assert not est_connecte(client)
    client.post(VERIFICATION, {"code": code_de(appareil)})
    assert est_connecte(client)


def test_la_verification_sans_mot_de_passe_renvoie_a_la_connexion(client):
    assert client.get(VERIFICATION).url == "/connexion/?next=/"
    assert client.post(f"{VERIFICATION}envoyer/").url == "/connexion/?next=/"


def test_la_page_offre_chaque_moyen_de_la_personne_et_aucun_autre(client, personne, appareil):
    canal(personne)
    creer_codes_de_secours(acteur=personne)
    canal(UtilisateurFactory(), "sms", "+33699999999")
    donner_le_mot_de_passe(client, personne)
    page = client.get(f"{VERIFICATION}?facteur=application-{appareil.pk}").text
    assert "Messages (c…@structure.example)" in page
    assert "Code de secours" in page
    assert "99 99" not in page


def test_une_connexion_forte_vieillit(client, personne, appareil, monkeypatch, settings):
    entrer(client, personne, appareil)
    settings.DUREE_CONNEXION_FORTE = 3600
    assert client.get(f"{SECURITE}ajouter/").status_code == 200
    monkeypatch.setattr(connexion_forte, "_maintenant", lambda: int(time.time()) + 3601)
    assert client.get(f"{SECURITE}ajouter/").url.startswith(VERIFICATION)


def test_retirer_le_facteur_depuis_ailleurs_affaiblit_la_session(client, personne, appareil):
    entrer(client, personne, appareil)
    canal(personne)
    appareil.delete()
    assert client.get(f"{SECURITE}ajouter/").url.startswith(VERIFICATION)


class TestCodesDeSecours:
    def test_un_code_de_secours_ouvre_une_seule_fois(self, client, personne, appareil):
        code, suivant = creer_codes_de_secours(acteur=personne)[:2]
        donner_le_mot_de_passe(client, personne)
        moyen = f"{VERIFICATION}?facteur=secours-{personne.pk}"
        assert client.post(moyen, {"code": code.upper().replace("-", " ")}).url == "/"
        assert "il vous en reste 9" in client.get("/").text

        encore = Client()
        donner_le_mot_de_passe(encore, personne)
        assert "a déjà servi" in encore.post(moyen, {"code": code}).text
        assert not est_connecte(encore)
        encore.post(moyen, {"code": suivant})
        assert est_connecte(encore)

    def test_le_code_d_un_autre_ne_vaut_rien(self, client, personne, appareil):
        autre = UtilisateurFactory()
        application(autre)
        creer_codes_de_secours(acteur=personne)
        donner_le_mot_de_passe(client, personne)
        code = creer_codes_de_secours(acteur=autre)[0]
        client.post(f"{VERIFICATION}?facteur=secours-{personne.pk}", {"code": code})
        assert not est_connecte(client)

    def test_ils_sont_gardes_haches(self, personne, appareil):
        codes = creer_codes_de_secours(acteur=personne)
        gardes = str(list(CodeDeSecours.objects.values())) + str(list(Evenement.objects.values()))
        assert len(set(codes)) == CodeDeSecours.objects.count() == 10
        assert [code for code in codes if code in gardes or code.replace("-", "") in gardes] == []

    def test_en_creer_d_autres_eteint_les_anciens(self, client, personne, appareil):
        ancien = creer_codes_de_secours(acteur=personne)[0]
        creer_codes_de_secours(acteur=personne)
        donner_le_mot_de_passe(client, personne)
        client.post(f"{VERIFICATION}?facteur=secours-{personne.pk}", {"code": ancien})
        assert not est_connecte(client)
        assert CodeDeSecours.objects.count() == 10


class TestCodeEphemere:
    """Ligne 7 : une fois, dix minutes, une session, haché, cinq essais."""

    @pytest.fixture
    def facteur(self, personne):
        return canal(personne)

    @pytest.fixture
    def envoye(self, client, personne, facteur):
        donner_le_mot_de_passe(client, personne)
        return code_recu()

    def test_le_code_part_avec_le_mot_de_passe_et_ouvre(self, client, envoye):
        assert "Un code est parti à <strong>c…@structure.example" in client.get(VERIFICATION).text
        client.post(VERIFICATION, {"code": envoye})
        assert est_connecte(client)

    def test_ouvrir_la_page_n_envoie_rien(self, client, personne, envoye):
        avant = courriels_ecrits()
        client.get(VERIFICATION)
        assert courriels_ecrits() == avant
        assert client.get(f"{VERIFICATION}envoyer/").status_code == 405

    def test_il_ne_sert_qu_une_fois(self, personne, facteur):
        services.envoyer_code(acteur=personne, facteur=facteur, sceau="sceau")
        code = code_recu()
        assert essayer_code(facteur, code, "sceau") == ""
        assert "ne sert plus" in essayer_code(facteur, code, "sceau")

    @pytest.mark.parametrize(("minutes", "entre"), [(9, True), (11, False)])
    def test_il_vaut_dix_minutes(self, client, facteur, envoye, minutes, entre):
        code = facteur.codes.get()
        code.expire_le -= timedelta(minutes=minutes)
        code.save()
        client.post(VERIFICATION, {"code": envoye})
        assert est_connecte(client) == entre

    def test_il_ne_vaut_que_dans_la_session_qui_l_a_demande(self, client, personne, envoye):
        ailleurs = Client()
        donner_le_mot_de_passe(ailleurs, personne)
        ailleurs.post(VERIFICATION, {"code": envoye})
        assert not est_connecte(ailleurs)
        client.post(VERIFICATION, {"code": envoye})
        assert est_connecte(client)

    def test_les_essais_d_un_autre_n_epuisent_pas_le_code_de_la_personne(self, client, personne, envoye):
        ailleurs = Client()
        donner_le_mot_de_passe(ailleurs, personne)
        for _ in range(6):
            ailleurs.post(VERIFICATION, {"code": autre_que(envoye)})
        client.post(VERIFICATION, {"code": envoye})
        assert est_connecte(client)

    def test_cinq_essais_et_c_est_fini(self, client, envoye):
        for reste in ("4 essais", "3 essais", "2 essais", "1 essai.", "ne sert plus après cinq essais"):
            assert reste in client.post(VERIFICATION, {"code": autre_que(envoye)}).text
        assert "ne sert plus" in client.post(VERIFICATION, {"code": envoye}).text
        assert not est_connecte(client)

    def test_quatre_essais_laissent_le_cinquieme(self, client, envoye):
        for _ in range(4):
            client.post(VERIFICATION, {"code": autre_que(envoye)})
        client.post(VERIFICATION, {"code": envoye})
        assert est_connecte(client)

    def test_il_est_garde_hache_et_ne_va_pas_au_journal(self, facteur, envoye):
        code = facteur.codes.get()
        assert envoye not in f"{code.empreinte}{code.session}"
        assert envoye not in str(list(Evenement.objects.values()))

    def test_en_demander_un_autre_fait_attendre_puis_eteint_le_premier(self, client, facteur, envoye):
        reponse = client.post(f"{VERIFICATION}envoyer/", {"facteur": f"courriel-{facteur.pk}"}, follow=True)
        assert "Attendez 30 secondes" in reponse.text
        code = facteur.codes.get()
        type(code).objects.filter(pk=code.pk).update(cree_le=code.cree_le - timedelta(minutes=1))
        client.post(f"{VERIFICATION}envoyer/", {"facteur": f"courriel-{facteur.pk}"})
        nouveau = code_recu()
        if nouveau != envoye:
            client.post(VERIFICATION, {"code": envoye})
            assert not est_connecte(client)
        client.post(VERIFICATION, {"code": nouveau})
        assert est_connecte(client)

    def test_les_envois_sont_comptes_par_heure(self, client, facteur, envoye):
        for rang in range(5):
            facteur.codes.update(cree_le=facteur.codes.last().cree_le - timedelta(minutes=5))
            reponse = client.post(f"{VERIFICATION}envoyer/", {"facteur": f"courriel-{facteur.pk}"}, follow=True)
            assert ("Trop de codes" in reponse.text) == (rang == 4)
        assert "Attendez 55 minutes" in reponse.text


class TestPorte:
    @pytest.fixture(autouse=True)
    def trois_essais(self, porte_large, settings):
        settings.LIMITES = settings.LIMITES | {"facteur": (3, 300)}

    def test_trop_d_essais_ferment_la_porte_et_disent_combien_attendre(self, client, personne, appareil):
        canal(personne)
        donner_le_mot_de_passe(client, personne)
        for _ in range(3):
            client.post(VERIFICATION, {"code": "000000"})
        reponse = client.post(f"{VERIFICATION}?facteur=application-{appareil.pk}", {"code": code_de(appareil)})
        assert reponse.status_code == 429
        assert "Réessayez dans 5 minutes" in reponse.text
        assert not est_connecte(client)

    def test_les_essais_d_ailleurs_n_enferment_pas_la_personne(self, client, personne, appareil):
        ailleurs = Client(REMOTE_ADDR="203.0.113.9")
        courriel = canal(personne)
        donner_le_mot_de_passe(ailleurs, personne)
        for _ in range(5):
            reponse = ailleurs.post(f"{VERIFICATION}?facteur=courriel-{courriel.pk}", {"code": "000000"})
        assert reponse.status_code == 429
        donner_le_mot_de_passe(client, personne)
        client.post(f"{VERIFICATION}?facteur=application-{appareil.pk}", {"code": code_de(appareil)})
        assert est_connecte(client)
