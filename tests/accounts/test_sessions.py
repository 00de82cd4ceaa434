"""Liste de contrôle 3 : limites d'inactivité et de durée au serveur, sessions que l'on voit et que l'on ferme."""

from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from accounts import services
from accounts.enums import Fermeture, FinDeSession
from accounts.models import SessionOuverte
from accounts.sessions import CLE_SESSION, appareil
from journal.models import Evenement
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, est_connecte

pytestmark = pytest.mark.django_db
COMPTE, LISTE = "/mon-compte/identite/", "/mon-compte/securite/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def personne():
    return UtilisateurFactory()


def entrer(personne, **entetes):
    """Le navigateur d'une personne qui vient de se connecter."""
    client = Client(REMOTE_ADDR="192.0.2.1", **entetes)
    connecter(client, personne.identifiant)
    return client


def vieillir(client, **ecarts):
    """Recule les heures de la session de ce navigateur."""
    session = SessionOuverte.objects.get(pk=client.session[CLE_SESSION])
    for champ, ecart in ecarts.items():
        setattr(session, champ, getattr(session, champ) - ecart)
    session.save()


def ouverte(client):
    return client.get(COMPTE).status_code == 200


def test_se_connecter_ouvre_une_session_qui_dit_l_appareil_l_adresse_et_l_heure(personne):
    entrer(personne, HTTP_USER_AGENT=FIREFOX)
    session = personne.sessions.get()
    assert (session.appareil, session.adresse) == ("Firefox sur Windows", "192.0.2.1")
    assert timezone.now() - session.ouverte_le < timedelta(seconds=5)


# --- Limites au serveur ---


def test_trente_minutes_sans_activite_ferment_la_session(personne):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(minutes=29))
    assert ouverte(client)
    vieillir(client, vue_le=timedelta(minutes=31))
    assert not ouverte(client)
    assert not est_connecte(client)
    assert personne.sessions.get().fin == FinDeSession.INACTIVITE


def test_sans_limite_d_inactivite_la_session_resterait_ouverte(personne, settings):
    """Jumeau du précédent."""
    settings.SESSION_INACTIVITE = 10**9
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(minutes=31))
    assert ouverte(client)


def test_douze_heures_ferment_la_session_meme_active(personne):
    client = entrer(personne)
    vieillir(client, ouverte_le=timedelta(hours=11, minutes=59))
    assert ouverte(client)
    vieillir(client, ouverte_le=timedelta(minutes=2))
    assert not ouverte(client)
    assert personne.sessions.get().fin == FinDeSession.DUREE


def test_sans_limite_de_duree_la_session_resterait_ouverte(personne, settings):
    """Jumeau du précédent."""
    settings.SESSION_DUREE_MAX = 10**9
    client = entrer(personne)
    vieillir(client, ouverte_le=timedelta(hours=13))
    assert ouverte(client)


def test_l_activite_repousse_la_fermeture_et_ne_s_ecrit_qu_a_la_minute(personne, django_assert_num_queries):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(minutes=20))
    assert ouverte(client)
    vue = personne.sessions.get().vue_le
    assert timezone.now() - vue < timedelta(seconds=5)
    assert ouverte(client)
    assert personne.sessions.get().vue_le == vue


def test_l_appel_a_rester_en_session_repousse_la_fermeture(personne):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(minutes=29))
    assert client.post("/session/prolonger/").status_code == 204
    vieillir(client, vue_le=timedelta(minutes=29))
    assert ouverte(client)


def test_un_temoin_sans_session_ouverte_ne_vaut_rien(personne):
    client = entrer(personne)
    SessionOuverte.objects.all().delete()
    assert not ouverte(client)


def test_la_session_d_un_autre_ne_prete_pas_la_sienne(personne):
    client = entrer(personne)
    autre = UtilisateurFactory().sessions.create(appareil="Firefox")
    session = client.session
    session[CLE_SESSION] = autre.pk
    session.save()
    assert not ouverte(client)


# --- Revenir où l'on était ---


def test_la_session_expiree_dit_pourquoi_et_ramene_a_la_page(personne):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(hours=1))
    reponse = client.get(f"{COMPTE}?onglet=2")
    assert reponse.url == "/connexion/?next=%2Fmon-compte%2Fidentite%2F%3Fonglet%3D2"
    page = client.get(reponse.url).text
    assert escape("Votre session s'est fermée, restée sans activité. Reconnectez-vous") in page


def changer_de_mot_de_passe_ailleurs(personne):
    services.changer_mot_de_passe(acteur=personne, mot_de_passe="Jonquilles-Vertes-8", session=0)


def fermer_le_compte(personne):
    services.fermer(acteur=personne, personne=personne, raison=Fermeture.DEMANDE)


@pytest.mark.parametrize(
    ("geste", "dit", "revient"),
    [
        (changer_de_mot_de_passe_ailleurs, "fermée au changement de votre mot de passe.", True),
        (fermer_le_compte, "fermée avec votre compte.", False),
    ],
)
def test_une_session_dont_le_temoin_n_ouvre_plus_le_compte_dit_pourquoi(personne, geste, dit, revient):
    client = entrer(personne)
    geste(personne)
    page = unescape(client.get(COMPTE, follow=True).text)
    assert dit in page
    assert ("Reconnectez-vous" in page) == revient
    assert dit not in client.get("/connexion/").text


def test_un_envoi_apres_la_fin_ramene_a_la_page_du_formulaire(personne):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(hours=1))
    reponse = client.post(
        "/mon-compte/sessions/fermer-les-autres/", HTTP_REFERER="http://testserver/mon-compte/sessions/?a=1"
    )
    assert reponse.url == "/connexion/?next=%2Fmon-compte%2Fsessions%2F%3Fa%3D1"


@pytest.mark.parametrize(
    ("depuis", "suite"),
    [("http://testserver/mon-compte/securite/?a=1", "/mon-compte/securite/%3Fa%3D1"), ("", "/")],
)
def test_un_envoi_sans_session_ramene_a_la_page_quittee_et_non_a_une_adresse_qui_ne_se_lit_pas(depuis, suite):
    reponse = Client().post("/mon-compte/sessions/fermer-les-autres/", HTTP_REFERER=depuis)
    assert reponse.url == f"/connexion/?next={suite}"


def test_une_page_lue_sans_session_y_ramene():
    assert Client().get(f"{COMPTE}?onglet=2").url == "/connexion/?next=/mon-compte/identite/%3Fonglet%3D2"


@pytest.mark.parametrize("origine", ["", "https://pirate.example/", "//pirate.example", "javascript:alert(1)"])
def test_un_envoi_venu_d_ailleurs_ramene_a_l_accueil(personne, origine):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(hours=1))
    assert client.post("/session/prolonger/", HTTP_REFERER=origine).url == "/connexion/?next=%2F"


def test_un_fragment_htmx_recharge_la_page_entiere(personne):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(hours=1))
    assert client.get(COMPTE, HTTP_HX_REQUEST="true")["HX-Refresh"] == "true"


def test_une_page_publique_reste_lisible_apres_la_fin(personne):
    client = entrer(personne)
    vieillir(client, vue_le=timedelta(hours=1))
    assert client.get("/mentions-legales/").status_code == 200


# --- Les voir et les fermer ---


def test_la_liste_montre_ses_sessions_ouvertes_et_elles_seules(personne):
    ici, la = entrer(personne, HTTP_USER_AGENT=FIREFOX), entrer(personne)
    services.fermer_session(acteur=personne, session=personne.sessions.get(pk=la.session[CLE_SESSION]))
    UtilisateurFactory().sessions.create(appareil="Chrome sur Android")
    page = ici.get(LISTE).text
    assert "1 session ouverte" in page
    assert "Firefox sur Windows" in page
    assert "Cette session" in page
    assert "Chrome sur Android" not in page


def test_la_liste_tait_une_session_dont_le_temps_est_passe(personne):
    ici, la = entrer(personne), entrer(personne)
    vieillir(la, vue_le=timedelta(hours=1))
    assert "1 session ouverte" in ici.get(LISTE).text


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_liste_coute_les_memes_requetes(personne, nombre, django_assert_num_queries):
    client = entrer(personne)
    for _ in range(nombre - 1):
        personne.sessions.create(appareil="Chrome sur Android")
    with django_assert_num_queries(8):
        client.get(LISTE)


def test_fermer_une_session_la_ferme_au_clic_suivant(personne):
    ici, la = entrer(personne), entrer(personne)
    assert ouverte(la)
    assert ici.post(f"/mon-compte/sessions/{la.session[CLE_SESSION]}/fermer/").url == LISTE
    assert ouverte(ici)
    reponse = la.get(COMPTE)
    assert reponse.status_code == 302
    assert "depuis un autre appareil" in la.get(reponse.url).text
    assert Evenement.objects.filter(action="session.fermee", acteur_id=personne.pk).count() == 1


def test_fermer_deux_fois_le_dit_sans_rien_faire(personne):
    ici, la = entrer(personne), entrer(personne)
    adresse = f"/mon-compte/sessions/{la.session[CLE_SESSION]}/fermer/"
    ici.post(adresse)
    assert "déjà fermée" in ici.post(adresse, follow=True).text
    assert Evenement.objects.filter(action="session.fermee").count() == 1


def test_on_ne_ferme_pas_la_session_d_un_autre(personne):
    autre = entrer(UtilisateurFactory())
    adresse = f"/mon-compte/sessions/{autre.session[CLE_SESSION]}/fermer/"
    assert entrer(personne).post(adresse).status_code == 404
    assert ouverte(autre)


def test_fermer_toutes_les_autres_laisse_celle_ci_et_celles_des_autres(personne):
    ici, la, la_aussi, autre = entrer(personne), entrer(personne), entrer(personne), entrer(UtilisateurFactory())
    ici.post("/mon-compte/sessions/fermer-les-autres/")
    assert [ouverte(client) for client in (ici, la, la_aussi, autre)] == [True, False, False, True]
    assert Evenement.objects.get(action="sessions.fermees").apres == {"nombre": 2}


def test_une_simple_visite_ne_ferme_rien(personne):
    client = entrer(personne)
    assert client.get("/mon-compte/sessions/fermer-les-autres/").status_code == 405
    assert client.get(f"/mon-compte/sessions/{client.session[CLE_SESSION]}/fermer/").status_code == 405


# --- Ce qui les ferme toutes ---


def test_desactiver_ferme_les_sessions_et_reactiver_ne_les_rouvre_pas(personne):
    client, support = entrer(personne), UtilisateurFactory(is_staff=True)
    services.desactiver(acteur=support, personne=personne, motif="Départ")
    temoin = client.cookies["session"].value
    services.reactiver(acteur=support, personne=personne, motif="Erreur")
    client.cookies["session"] = temoin
    assert not ouverte(client)
    assert personne.sessions.get().fin == FinDeSession.DESACTIVATION


def test_changer_de_mot_de_passe_ferme_les_autres_sessions_et_change_la_cle(personne):
    ici, la = entrer(personne), entrer(personne)
    cle = ici.session.session_key
    ici.post("/mon-compte/mot-de-passe/", {"actuel": MOT_DE_PASSE, "mot_de_passe": "Tulipes-Noires-31"})
    assert ici.session.session_key != cle
    assert [ouverte(client) for client in (ici, la)] == [True, False]
    assert {session.fin for session in personne.sessions.all()} == {"", FinDeSession.MOT_DE_PASSE}


def test_un_mot_de_passe_reinitialise_ferme_toutes_les_sessions(personne):
    from accounts.jetons import Usage, creer

    client = entrer(personne)
    services.reinitialiser_mot_de_passe(
        acteur=personne, jeton=creer(personne, Usage.MOT_DE_PASSE), mot_de_passe="Tulipes-Noires-31"
    )
    assert not ouverte(client)
    assert not personne.sessions.filter(fermee_le=None).exists()


def test_se_deconnecter_ferme_la_session_pour_de_bon(personne):
    client = entrer(personne)
    temoin = client.cookies["session"].value
    client.post("/deconnexion/")
    client.cookies["session"] = temoin
    assert not ouverte(client)
    assert personne.sessions.get().fin == FinDeSession.DECONNEXION


# --- L'appareil, en mots ---


@pytest.mark.parametrize(
    ("agent", "mots"),
    [
        (FIREFOX, "Firefox sur Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36",
         "Chrome sur Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge sur Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1",
         "Safari sur iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome sur Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15",
         "Safari sur Mac"),
        ("curl/8.0", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
    ],
)  # fmt: skip
def test_un_appareil_se_dit_en_mots(agent, mots):
    assert appareil(agent) == mots


def test_la_purge_ote_ce_dont_le_temps_est_passe_et_se_rejoue(personne):
    client = entrer(personne)
    personne.sessions.create(appareil="Vieux", vue_le=timezone.now() - timedelta(days=91))
    assert services.purger()["sessions"] == 1
    assert services.purger() == {"sessions": 0, "codes": 0, "compteurs": 0}
    assert ouverte(client)
