"""Liste de contrôle, lignes 5 et 12, et « Mon compte », onglet « Sécurité » : poser, renommer, retirer un facteur."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from accounts import services, sms
from accounts.erreurs import EnvoiRefuse, GesteRefuse
from accounts.models import CodeDeSecours, CodeEphemere, FacteurMessage
from accounts.queries import facteurs, moyen_tenu
from accounts.services import creer_codes_de_secours, reinitialiser_facteurs
from courriels.models import Courriel
from journal.models import Evenement
from tests.accounts.facteurs import (
    SECURITE,
    VERIFICATION,
    application,
    canal,
    code_de,
    code_faux,
    code_recu,
    donner_le_mot_de_passe,
    entrer,
    redonner_le_mot_de_passe,
)
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import courriels_ecrits, est_connecte, oublier_la_preuve

pytestmark = pytest.mark.django_db


@pytest.fixture
def client():
    """Une session comme le portail les ouvre, sans le raccourci des autres tests."""
    return Client()


@pytest.fixture
def personne(client):
    personne = UtilisateurFactory()
    donner_le_mot_de_passe(client, personne)
    return personne


def cle(personne, **champs):
    identifiant = f"{personne.pk}-{WebAuthnCredential.objects.count()}".encode()
    return WebAuthnCredential.objects.create(
        user=personne, name="Portable", credential_id=identifiant, public_key=b"cle", aaguid="0", **champs
    )


def test_la_page_montre_mes_facteurs_et_ceux_de_personne_d_autre(client, personne):
    application(personne)
    cle(personne)
    canal(personne, "sms", "+33612345678")
    autre = canal(UtilisateurFactory(), "sms", "+33699999999")
    page = client.get(SECURITE).text
    assert [nom in page for nom in ("Téléphone", "Portable", "Envoyé à …56 78")] == [True] * 3
    assert "99 99" not in page
    assert f"sms-{autre.pk}" not in page


@pytest.mark.parametrize("geste", ["renommer", "retirer"])
def test_le_facteur_d_un_autre_ne_se_touche_pas(client, personne, geste):
    redonner_le_mot_de_passe(client)
    autre = application(UtilisateurFactory())
    adresse = f"{SECURITE}application-{autre.pk}/{geste}/"
    assert client.get(adresse).status_code == 404
    assert client.post(adresse, {"nom": "Volé"}).status_code == 404
    autre.refresh_from_db()
    assert autre.name == "Téléphone"


def test_le_facteur_d_un_autre_ne_s_active_pas(client, personne):
    redonner_le_mot_de_passe(client)
    autre = application(UtilisateurFactory(), confirmed=False)
    adresse = f"{SECURITE}application-{autre.pk}/activer/"
    assert client.get(adresse).status_code == 404
    assert client.post(adresse, {"code": code_de(autre)}).status_code == 404


class TestPreuveRecente:
    """Toucher à ses facteurs redemande le mot de passe, et le facteur de qui en a un."""

    @pytest.mark.parametrize(
        ("methode", "chemin"),
        [
            ("get", "ajouter/"),
            ("post", "ajouter/application/"),
            ("post", "ajouter/courriel/"),
            ("get", "ajouter/sms/"),
            ("get", "ajouter/cle/"),
            ("post", "ajouter/cle/defi/"),
            ("post", "ajouter/cle/enregistrer/"),
            ("get", "codes-de-secours/"),
        ],
    )
    def test_le_mot_de_passe_est_redemande(self, client, personne, methode, chemin):
        oublier_la_preuve(client)
        assert getattr(client, methode)(f"{SECURITE}{chemin}").url.startswith(f"{SECURITE}mot-de-passe/")
        redonner_le_mot_de_passe(client)
        reponse = getattr(client, methode)(f"{SECURITE}{chemin}")
        assert "mot-de-passe" not in reponse.headers.get("Location", "")

    def test_un_mot_de_passe_faux_ne_passe_pas(self, client, personne):
        oublier_la_preuve(client)
        assert (
            "pas votre mot de passe" in client.post(f"{SECURITE}mot-de-passe/", {"mot_de_passe": "Faux-Mot-1234"}).text
        )
        assert client.get(f"{SECURITE}ajouter/").status_code == 302

    def test_trop_d_essais_de_mot_de_passe_font_attendre(self, client, personne, settings):
        settings.LIMITES = settings.LIMITES | {"mot_de_passe": (2, 300)}
        for attendu in (200, 200, 429):
            reponse = client.post(f"{SECURITE}mot-de-passe/", {"mot_de_passe": "Faux-Mot-1234"})
            assert reponse.status_code == attendu
        assert redonner_le_mot_de_passe(client).status_code == 429

    @pytest.mark.parametrize("geste", ["retirer", "renommer"])
    def test_une_session_simple_ne_touche_pas_aux_facteurs(self, client, personne, geste):
        """La session date d'avant le facteur : le mot de passe redonné n'y suffit pas."""
        appareil = application(personne)
        redonner_le_mot_de_passe(client)
        adresse = f"{SECURITE}application-{appareil.pk}/{geste}/"
        assert client.post(adresse, {"nom": "Volé"}).url.startswith(VERIFICATION)
        assert client.get(f"{SECURITE}ajouter/").url.startswith(VERIFICATION)
        appareil.refresh_from_db()
        assert appareil.name == "Téléphone"
        entrer(client, personne, appareil)
        redonner_le_mot_de_passe(client)
        assert client.post(adresse, {"nom": "Bureau"}).url == SECURITE

    def test_redonner_son_mot_de_passe_ne_fait_pas_quitter_le_portail(self, client, personne):
        reponse = client.post(f"{SECURITE}mot-de-passe/?next=//pirate.example/", {"mot_de_passe": MOT_DE_PASSE})
        assert reponse.url == SECURITE


class TestApplication:
    @pytest.fixture
    def commencee(self, client, personne):
        redonner_le_mot_de_passe(client)
        adresse = client.post(f"{SECURITE}ajouter/application/").url
        return TOTPDevice.objects.get(user=personne), adresse

    def test_la_page_montre_le_code_qr_et_le_secret_sans_rien_ecrire(self, client, commencee):
        appareil, adresse = commencee
        page = client.get(adresse).text
        assert 'src="data:image/svg+xml' in page
        assert not appareil.confirmed
        assert client.get(adresse).text.count("data:image/svg+xml") == 1
        assert TOTPDevice.objects.count() == 1

    def test_un_code_l_active_et_le_dit_par_courriel(self, client, personne, commencee):
        appareil, adresse = commencee
        assert client.post(adresse, {"code": code_de(appareil)}).url == f"{SECURITE}codes-de-secours/"
        assert [facteur.objet.pk for facteur in facteurs(personne)] == [appareil.pk]
        assert courriels_ecrits() == [("facteur_ajoute", personne.courriel)]
        assert Evenement.objects.get(action="facteur.ajoute").apres["genre"] == "application"
        assert client.session["connexion_forte"]["moyen"] == f"application-{appareil.pk}"

    def test_un_code_faux_ne_l_active_pas(self, client, personne, commencee):
        appareil, adresse = commencee
        assert client.post(adresse, {"code": code_faux(appareil)}).status_code == 200
        assert facteurs(personne) == []
        assert not client.session.get("connexion_forte")

    def test_les_essais_de_code_sont_limites(self, client, personne, commencee, settings):
        settings.LIMITES = settings.LIMITES | {"facteur": (1, 300)}
        appareil, adresse = commencee
        client.post(adresse, {"code": code_faux(appareil)})
        reponse = client.post(adresse, {"code": code_de(appareil)})
        assert reponse.status_code == 429
        assert "Réessayez dans 5 minutes" in reponse.text
        assert facteurs(personne) == []

    def test_l_ajout_propose_de_fermer_les_autres_sessions(self, client, personne, commencee):
        donner_le_mot_de_passe(Client(), personne)
        appareil, adresse = commencee
        client.post(adresse, {"code": code_de(appareil)})
        assert "Vous êtes aussi en session sur un autre appareil" in client.get(SECURITE).text

    def test_seul_en_session_rien_n_est_propose(self, client, commencee):
        appareil, adresse = commencee
        client.post(adresse, {"code": code_de(appareil)})
        assert "sur un autre appareil" not in client.get(SECURITE).text

    def test_recommencer_oublie_le_secret_jamais_prouve(self, client, personne, commencee):
        client.post(f"{SECURITE}ajouter/application/")
        assert TOTPDevice.objects.filter(user=personne).count() == 1

    def test_son_secret_ne_se_relit_plus_une_fois_active(self, client, commencee):
        appareil, adresse = commencee
        client.post(adresse, {"code": code_de(appareil)})
        assert client.get(adresse).status_code == 404


class TestRetirer:
    @pytest.fixture
    def appareil(self, client, personne):
        appareil = application(personne)
        entrer(client, personne, appareil)
        redonner_le_mot_de_passe(client)
        return appareil

    def test_lire_la_page_ne_retire_rien(self, client, personne, appareil):
        assert "C'est le dernier" in client.get(f"{SECURITE}application-{appareil.pk}/retirer/").text
        assert len(facteurs(personne)) == 1

    def test_retirer_le_dernier_emporte_les_codes_de_secours(self, client, personne, appareil):
        creer_codes_de_secours(acteur=personne)
        assert client.post(f"{SECURITE}application-{appareil.pk}/retirer/").url == SECURITE
        assert facteurs(personne) == []
        assert not CodeDeSecours.objects.exists()
        assert ("facteur_retire", personne.courriel) in courriels_ecrits()
        assert Evenement.objects.filter(action="facteur.retire").count() == 1

    def test_en_retirer_un_sur_deux_garde_les_codes_et_la_connexion_forte(self, client, personne, appareil):
        reste = canal(personne)
        creer_codes_de_secours(acteur=personne)
        client.post(f"{SECURITE}application-{appareil.pk}/retirer/")
        assert CodeDeSecours.objects.count() == 10
        assert client.session["connexion_forte"]["moyen"] == f"courriel-{reste.pk}"

    def test_un_facteur_retire_ailleurs_se_dit(self, personne, appareil):
        [facteur] = facteurs(personne)
        appareil.delete()
        with pytest.raises(GesteRefuse):
            services.retirer_facteur(acteur=personne, facteur=facteur)
        with pytest.raises(GesteRefuse):
            services.renommer_facteur(acteur=personne, facteur=facteur, nom="X")


class TestMessages:
    def test_le_courriel_s_active_par_le_code_recu(self, client, personne):
        redonner_le_mot_de_passe(client)
        adresse = client.post(f"{SECURITE}ajouter/courriel/").url
        assert facteurs(personne) == []
        client.post(adresse, {"code": code_recu()})
        assert [facteur.genre for facteur in facteurs(personne)] == ["courriel"]

    def test_le_telephone_ne_compte_qu_une_fois_prouve(self, client, personne):
        redonner_le_mot_de_passe(client)
        adresse = client.post(f"{SECURITE}ajouter/sms/", {"indicatif": "33", "telephone": "06 12 34 56 78"}).url
        assert Courriel.objects.get().destinataire == "+33612345678@sms.example"
        client.post(adresse, {"code": "abcdef"})
        assert facteurs(personne) == []
        client.post(adresse, {"code": code_recu()})
        assert FacteurMessage.objects.get().telephone == "+33612345678"
        assert [facteur.genre for facteur in facteurs(personne)] == ["sms"]

    def test_un_numero_impossible_se_dit(self, client, personne):
        redonner_le_mot_de_passe(client)
        reponse = client.post(f"{SECURITE}ajouter/sms/", {"indicatif": "33", "telephone": "12"})
        assert "numéro complet" in reponse.text
        assert not FacteurMessage.objects.exists()

    def test_le_meme_canal_ne_s_ajoute_pas_deux_fois(self, client, personne):
        entrer_par_courriel(client, personne)
        assert "déjà dans votre liste" in client.post(f"{SECURITE}ajouter/courriel/", follow=True).text
        assert FacteurMessage.objects.count() == 1


def entrer_par_courriel(client, personne):
    canal(personne)
    client.post("/deconnexion/")
    donner_le_mot_de_passe(client, personne)
    client.post(VERIFICATION, {"code": code_recu()})
    assert est_connecte(client)
    redonner_le_mot_de_passe(client)


class TestPasserelleSms:
    @pytest.fixture
    def serveur(self, settings):
        """Une vraie passerelle, sur un port libre ; `refus` la fait répondre 503."""
        recus = []

        class Reponse(BaseHTTPRequestHandler):
            refus = False

            def do_POST(self):
                corps = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                recus.append((self.headers["Authorization"], corps))
                self.send_response(503 if Reponse.refus else 200)
                self.end_headers()

            def log_message(self, *args):
                pass

        with HTTPServer(("127.0.0.1", 0), Reponse) as serveur:
            threading.Thread(target=serveur.serve_forever, daemon=True).start()
            settings.SMS_URL = f"http://127.0.0.1:{serveur.server_port}/envoyer"
            settings.SMS_JETON, settings.SMS_EXPEDITEUR = "jeton-de-test", "Portail"
            yield recus, Reponse
            serveur.shutdown()

    def test_le_code_part_par_la_passerelle_reglee(self, personne, serveur):
        recus, _ = serveur
        services.envoyer_code(acteur=personne, facteur=canal(personne, "sms", "+33612345678"), sceau="s")
        [(autorisation, corps)] = recus
        assert autorisation == "Bearer jeton-de-test"
        assert (corps["to"], corps["from"]) == ("+33612345678", "Portail")
        assert corps["text"][:6].isdigit()
        assert not Courriel.objects.exists()

    def test_un_refus_de_la_passerelle_se_dit(self, personne, serveur):
        _, reponse = serveur
        reponse.refus = True
        with pytest.raises(EnvoiRefuse, match="n'a pas pu partir"):
            services.envoyer_code(acteur=personne, facteur=canal(personne, "sms", "+33612345678"), sceau="s")

    def test_une_passerelle_injoignable_se_dit(self, personne, settings):
        settings.SMS_URL = "http://127.0.0.1:9/"
        with pytest.raises(EnvoiRefuse):
            services.envoyer_code(acteur=personne, facteur=canal(personne, "sms", "+33612345678"), sceau="s")

    def test_sans_passerelle_le_sms_n_est_pas_propose(self, client, personne, settings):
        settings.DEMO = False
        redonner_le_mot_de_passe(client)
        assert not sms.disponible()
        assert "Code par SMS" not in client.get(f"{SECURITE}ajouter/").text
        assert client.get(f"{SECURITE}ajouter/sms/").status_code == 404


class TestCles:
    """Le protocole entier est joué dans Chromium (tests/navigateur/test_facteurs.py) ; ici, ce qui doit être refusé."""

    def test_une_reponse_sans_defi_ou_illisible_est_refusee(self, client, personne):
        redonner_le_mot_de_passe(client)
        for corps in ("{}", "pas du JSON", "[]"):
            reponse = client.post(f"{SECURITE}ajouter/cle/enregistrer/", corps, content_type="application/json")
            assert reponse.status_code == 422
        assert facteurs(personne) == []

    def test_le_defi_ne_sert_qu_une_fois(self, client, personne):
        redonner_le_mot_de_passe(client)
        assert client.post(f"{SECURITE}ajouter/cle/defi/").json()["rp"]["id"] == "localhost"
        client.post(f"{SECURITE}ajouter/cle/enregistrer/", "{}", content_type="application/json")
        assert "cle_a_inscrire" not in client.session

    def test_une_signature_inventee_ne_connecte_pas(self, client, personne):
        cle(personne)
        client.post("/deconnexion/")
        donner_le_mot_de_passe(client, personne)
        assert len(client.post(f"{VERIFICATION}cle/defi/").json()["allowCredentials"]) == 1
        reponse = client.post(f"{VERIFICATION}cle/", '{"id": "x", "rawId": "x"}', content_type="application/json")
        assert reponse.status_code == 422
        assert not est_connecte(client)
        assert Evenement.objects.filter(action="verification.refusee").count() == 1

    def test_sans_mot_de_passe_pas_de_defi(self, client):
        assert client.post(f"{VERIFICATION}cle/defi/").status_code == 403
        assert client.post(f"{VERIFICATION}cle/", "{}", content_type="application/json").status_code == 403

    def test_un_code_ne_remplace_pas_la_cle(self, client, personne):
        cle(personne)
        client.post("/deconnexion/")
        donner_le_mot_de_passe(client, personne)
        client.post(VERIFICATION, {"code": "123456"})
        assert not est_connecte(client)


class TestSupport:
    """Ligne 12 : le support réinitialise, consigne, et ne voit aucun secret."""

    @pytest.fixture
    def support(self):
        support = UtilisateurFactory(is_staff=True, nom="Support")
        support.user_permissions.set(Permission.objects.filter(codename__in=["view_utilisateur", "change_utilisateur"]))
        return support

    @pytest.fixture
    def perdue(self):
        perdue = UtilisateurFactory()
        application(perdue)
        cle(perdue)
        canal(perdue)
        creer_codes_de_secours(acteur=perdue)
        Courriel.objects.all().delete()
        return perdue

    def test_reinitialiser_retire_tout_et_se_consigne(self, support, perdue):
        reinitialiser_facteurs(acteur=support, personne=perdue, motif="Téléphone volé, pièce d'identité vue.")
        assert facteurs(perdue) == []
        assert not CodeDeSecours.objects.exists()
        evenement = Evenement.objects.get(action="facteurs.reinitialises")
        assert (evenement.acteur_id, evenement.apres["motif"][:9]) == (support.pk, "Téléphone")
        assert len(evenement.avant["facteurs"]) == 3
        assert courriels_ecrits() == [("facteurs_reinitialises", perdue.courriel)]

    def test_sans_motif_rien_ne_change(self, support, perdue):
        with pytest.raises(GesteRefuse, match="motif"):
            reinitialiser_facteurs(acteur=support, personne=perdue, motif="")
        assert len(facteurs(perdue)) == 3

    def test_ni_pour_soi_ni_pour_un_compte_d_administration(self, support):
        with pytest.raises(GesteRefuse, match="vos propres facteurs"):
            reinitialiser_facteurs(acteur=support, personne=support, motif="Essai")
        chef = UtilisateurFactory(is_superuser=True)
        application(chef)
        with pytest.raises(GesteRefuse, match="compte d'administration"):
            reinitialiser_facteurs(acteur=support, personne=chef, motif="Essai")
        assert len(facteurs(chef)) == 1

    def test_une_session_ouverte_par_le_facteur_perdu_n_est_plus_forte(self, client, support):
        personne = UtilisateurFactory()
        entrer(client, personne, application(personne))
        moyen = client.session["connexion_forte"]["moyen"]
        assert moyen_tenu(personne, moyen)
        reinitialiser_facteurs(acteur=support, personne=personne, motif="Vol")
        assert not moyen_tenu(personne, moyen)

    def test_l_administration_le_fait_avec_un_motif(self, client, support, perdue):
        entrer(client, support, application(support))
        donnees = {"action": "reinitialiser_les_facteurs", "_selected_action": [perdue.pk]}
        assert "motif" in client.post("/admin/accounts/utilisateur/", donnees, follow=True).text
        assert len(facteurs(perdue)) == 3
        client.post("/admin/accounts/utilisateur/", donnees | {"motif": "Vol"})
        assert facteurs(perdue) == []

    def test_l_administration_ne_montre_ni_secret_ni_code(self, client, support, perdue):
        entrer(client, support, application(support))
        secret = TOTPDevice.objects.get(user=perdue).key
        assert secret not in client.get(f"/admin/accounts/utilisateur/{perdue.pk}/change/").text
        assert client.get("/admin/otp_totp/totpdevice/").status_code == 404


def test_les_codes_envoyes_ne_s_accumulent_pas(personne):
    facteur = canal(personne)
    vieux = CodeEphemere.objects.create(facteur=facteur, session="s", empreinte="e", expire_le=facteur.cree_le)
    CodeEphemere.objects.filter(pk=vieux.pk).update(cree_le="2020-01-01T00:00Z")
    services.envoyer_code(acteur=personne, facteur=facteur, sceau="sceau")
    assert CodeEphemere.objects.count() == 1
