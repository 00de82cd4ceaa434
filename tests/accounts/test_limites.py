"""Liste de contrôle 2 : les limites, par personne, par adresse et en tout, avant tout hachage."""

import contextlib
import threading

import pytest
import redis
from captcha.models import CaptchaStore
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.utils import timezone

from accounts import compteurs
from accounts.durees import en_mots
from accounts.limites import LimiteAtteinte, Porte, Tentative, reseau
from accounts.models import Compteur
from accounts.queries import vient_d_une_adresse_habituelle
from accounts.services import compter_tentative
from courriels.models import Courriel
from journal.contexte import origine
from journal.models import Evenement
from tests.accounts.facteurs import application, donner_le_mot_de_passe, entrer
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import captcha, est_connecte, fiche

pytestmark = pytest.mark.django_db
CONNEXION, OUBLI, INSCRIPTION = "/connexion/", "/identifiant-ou-mot-de-passe-oublie/", "/inscription/"
RENVOI, CHANGEMENT = "/confirmation/renvoyer/", "/mon-compte/mot-de-passe/"
ICI, AILLEURS = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def hachages(monkeypatch):
    """Compte les mots de passe hachés."""
    appels = []
    hacher = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: appels.append(1) or hacher(*args))
    return appels


def essayer(client, saisie, mot_de_passe="Un-Autre-Mot-1", adresse=ICI, **champs):
    return client.post(
        CONNEXION, {"username": saisie, "password": mot_de_passe, **captcha(), **champs}, REMOTE_ADDR=adresse
    )


def epuiser(client, saisie, adresse=ICI, fois=10):
    for _ in range(fois):
        reponse = essayer(client, saisie, adresse=adresse)
    return reponse


@pytest.fixture
def personne():
    return UtilisateurFactory(identifiant="yzemirli", courriel="y.zemirli@structure.example")


@pytest.mark.parametrize("connu", [True, False])
def test_la_onzieme_tentative_est_refusee_sans_hachage_et_dit_l_attente(client, hachages, connu):
    if connu:
        UtilisateurFactory(identifiant="yzemirli")
    assert epuiser(client, "yzemirli").status_code == 200
    hachages.clear()
    reponse = essayer(client, "yzemirli", MOT_DE_PASSE)
    assert reponse.status_code == 429
    assert hachages == []
    assert 0 < int(reponse["Retry-After"]) <= 300
    assert "Trop de tentatives : rien n&#x27;a été vérifié. Réessayez dans 5 minutes." in reponse.text
    assert 'value="yzemirli"' in reponse.text
    assert not est_connecte(client)


def test_sans_limite_la_onzieme_tentative_passerait(client, personne, settings):
    """Jumeau du précédent : la protection ôtée, le bon mot de passe entre."""
    settings.LIMITES = settings.LIMITES | {"connexion": (1000, 300)}
    epuiser(client, "yzemirli")
    essayer(client, "yzemirli", MOT_DE_PASSE)
    assert est_connecte(client)


def test_les_essais_d_un_autre_n_arretent_pas_la_personne(client, personne):
    for rang in range(3):
        epuiser(client, "yzemirli", adresse=f"203.0.113.{rang}", fois=11)
    assert essayer(client, "yzemirli", MOT_DE_PASSE, adresse=ICI).status_code == 302
    assert est_connecte(client)


def test_les_erreurs_d_une_personne_n_arretent_pas_son_bureau(client, personne):
    UtilisateurFactory(identifiant="collegue")
    for _ in range(60):
        essayer(client, "yzemirli")
    # La collègue n'a pas même de captcha : ce qui est refusé ne pèse pas sur l'adresse commune.
    reponse = client.post(CONNEXION, {"username": "collegue", "password": MOT_DE_PASSE}, REMOTE_ADDR=ICI)
    assert reponse.status_code == 302


def test_une_adresse_qui_essaie_cinquante_comptes_est_refusee(client, settings):
    settings.LIMITES = settings.LIMITES | {"connexion": (2, 300)}
    codes = [essayer(client, f"compte{rang}").status_code for rang in range(101)]
    assert codes == [200] * 100 + [429]
    assert essayer(client, "autre", adresse=AILLEURS).status_code == 200


def test_une_ruee_sur_tout_le_portail_est_refusee(client, settings):
    settings.LIMITES = settings.LIMITES | {"connexion": (1, 300)}
    cle = Tentative(Porte.CONNEXION, "", "").cles
    compteurs.ajouter(list(cle.values()), 300, 1000)
    assert essayer(client, "autre", adresse=AILLEURS).status_code == 429


def test_une_connexion_reussie_efface_les_erreurs(client, personne):
    for _ in range(3):
        epuiser(client, "yzemirli", fois=9)
        assert essayer(client, "yzemirli", MOT_DE_PASSE).status_code == 302
        client.post("/deconnexion/")


def test_la_fenetre_passee_on_peut_reessayer(client, personne):
    epuiser(client, "yzemirli", fois=11)
    Compteur.objects.update(expire_le=0)
    assert essayer(client, "yzemirli", MOT_DE_PASSE).status_code == 302


def test_le_journal_garde_une_limite_atteinte_une_fois_par_fenetre(client, personne):
    epuiser(client, "yzemirli", fois=15)
    evenement = Evenement.objects.get(action="limite.atteinte")
    assert evenement.objet_id == str(personne.pk)
    assert evenement.apres == {"porte": "connexion", "portee": "un compte depuis une adresse"}


def test_rien_de_ce_qui_est_saisi_n_est_garde_en_clair(client):
    epuiser(client, "Mon-Secret-2026", fois=11)
    assert "Mon-Secret" not in str(list(Compteur.objects.values())) + str(list(Evenement.objects.values()))


# --- Le captcha de la connexion (1 et 2) ---


def sans_captcha(client, saisie, mot_de_passe, adresse=ICI):
    return client.post(CONNEXION, {"username": saisie, "password": mot_de_passe}, REMOTE_ADDR=adresse)


def test_apres_trois_echecs_la_connexion_demande_un_captcha_et_garde_la_saisie(client, personne):
    assert "captcha_1" not in sans_captcha(client, "yzemirli", "faux").text
    sans_captcha(client, "yzemirli", "faux")
    assert "captcha_1" in sans_captcha(client, "yzemirli", "faux").text
    refus = sans_captcha(client, "yzemirli", MOT_DE_PASSE)
    assert "Recopiez les caractères de l&#x27;image." in refus.text
    assert 'value="yzemirli"' in refus.text
    assert not est_connecte(client)
    assert essayer(client, "yzemirli", MOT_DE_PASSE).status_code == 302


def test_un_captcha_faux_ne_compte_pas_et_ne_hache_rien(client, personne, hachages):
    epuiser(client, "yzemirli", fois=3)
    hachages.clear()
    for _ in range(20):
        essayer(client, "yzemirli", MOT_DE_PASSE, captcha_1="zzzzz")
    assert hachages == []
    assert essayer(client, "yzemirli", MOT_DE_PASSE).status_code == 302


def test_un_compte_attaque_de_partout_demande_un_captcha_et_jamais_ne_refuse(client, personne):
    for rang in range(50):
        essayer(client, "yzemirli", adresse=f"203.0.113.{rang}")
    assert "captcha_1" in sans_captcha(client, "yzemirli", MOT_DE_PASSE).text
    assert essayer(client, "yzemirli", MOT_DE_PASSE).status_code == 302


def test_le_captcha_ne_dit_pas_si_le_compte_existe(client, personne):
    pages = {}
    for saisie, adresse in (("yzemirli", ICI), ("inconnu", AILLEURS)):
        pages[saisie] = ["captcha_1" in sans_captcha(client, saisie, "faux", adresse=adresse).text for _ in range(4)]
    assert pages["yzemirli"] == pages["inconnu"] == [False, False, True, True]


# --- Les autres portes ---


def envoyer(client, adresse, saisie, depuis=ICI):
    return client.post(adresse, {"saisie": saisie, **captcha()}, REMOTE_ADDR=depuis)


@pytest.mark.parametrize("porte", [(OUBLI, 5, "24 heures"), (RENVOI, 3, "6 heures")])
@pytest.mark.parametrize("saisie", ["y.zemirli@structure.example", "inconnue@structure.example"])
def test_l_envoi_de_courriels_est_limite_et_dit_l_attente(client, personne, porte, saisie):
    adresse, nombre, attente = porte
    assert [envoyer(client, adresse, saisie).status_code for _ in range(nombre)] == [302] * nombre
    ecrits = Courriel.objects.count()
    reponse = envoyer(client, adresse, saisie)
    assert reponse.status_code == 429
    assert f"Réessayez dans {attente}." in reponse.text
    assert f'value="{saisie}"' in reponse.text
    assert Courriel.objects.count() == ecrits
    assert envoyer(client, adresse, "autre@structure.example").status_code == 302


def test_une_inscription_repetee_est_refusee_sans_hachage_et_garde_la_fiche(client, hachages):
    for _ in range(5):
        client.post(INSCRIPTION, fiche())
    hachages.clear()
    reponse = client.post(INSCRIPTION, fiche())
    assert reponse.status_code == 429
    assert hachages == []
    assert 'value="Zemirli"' in reponse.text
    assert client.post(INSCRIPTION, fiche(courriel="autre@structure.example")).status_code == 302


def test_verifier_le_mot_de_passe_actuel_est_limite_avant_de_le_hacher(client, personne, hachages):
    client.force_login(personne)
    for _ in range(10):
        client.post(CHANGEMENT, {"actuel": "faux", "mot_de_passe": "Tulipes-Noires-31"})
    hachages.clear()
    reponse = client.post(CHANGEMENT, {"actuel": MOT_DE_PASSE, "mot_de_passe": "Tulipes-Noires-31"})
    assert reponse.status_code == 429
    assert hachages == []
    assert "<h1>Trop de tentatives</h1>" in reponse.text
    assert reponse["Retry-After"]


def essais_du_facteur(personne, adresse, fois):
    """Combien de tentatives passent."""
    passees = 0
    for _ in range(fois):
        with origine(adresse), contextlib.suppress(LimiteAtteinte):
            compter_tentative(acteur=None, porte=Porte.FACTEUR, sujet=personne)
            passees += 1
    return passees


def test_le_second_facteur_a_cinq_essais_par_adresse_et_vingt_par_compte(personne):
    assert [essais_du_facteur(personne, f"203.0.113.{rang}", 8) for rang in range(6)] == [5, 5, 5, 5, 0, 0]


@pytest.mark.parametrize(
    ("connue", "presente"), [(ICI, ICI), ("2001:db8:1:2::7", "2001:db8:1:2:aaaa:bbbb:cccc:dddd")], ids=["v4", "v6"]
)
def test_la_personne_chez_elle_n_est_pas_arretee_par_les_essais_des_autres(personne, connue, presente):
    personne.sessions.create(appareil="Firefox sur Windows", adresse=connue, verifiee_le=timezone.now())
    for rang in range(6):
        essais_du_facteur(personne, f"203.0.113.{rang}", 8)
    assert essais_du_facteur(personne, presente, 8) == 5
    assert essais_du_facteur(personne, AILLEURS, 8) == 0


def test_un_mot_de_passe_vole_ne_rend_pas_habituel(personne):
    """Sans le facteur, la session du voleur ne fait pas de son adresse celle de la personne."""
    personne.sessions.create(appareil="Firefox sur Windows", adresse=AILLEURS)
    for rang in range(6):
        essais_du_facteur(personne, f"203.0.113.{rang}", 8)
    assert essais_du_facteur(personne, AILLEURS, 8) == 0


def test_prouver_un_facteur_rend_l_adresse_habituelle(client, personne):
    appareil = application(personne)
    donner_le_mot_de_passe(client, personne)
    assert not vient_d_une_adresse_habituelle(personne, "127.0.0.1")
    entrer(client, personne, appareil)
    assert vient_d_une_adresse_habituelle(personne, "127.0.0.1")


# --- Compter juste ---


@pytest.fixture(params=["base", "redis"])
def stockage(request, settings):
    """Les deux façons de compter ; Redis vide sa part ensuite."""
    if request.param == "redis":
        adresse = "redis://127.0.0.1:6379/13"
        client = redis.Redis.from_url(adresse)
        settings.CACHE_URL = adresse
        settings.CACHES = {"default": {"LOCATION": adresse, "KEY_PREFIX": "essai"}}
        yield request.param
        for cle in client.scan_iter("essai:*"):
            client.delete(cle)
        client.close()
        compteurs._client(adresse).close()
        compteurs._client.cache_clear()
    else:
        yield request.param


def test_un_compteur_compte_se_lit_et_s_oublie(stockage):
    assert compteurs.ajouter(["a", "b"], 300)["a"] == compteurs.Compte(1, 300)
    assert compteurs.ajouter(["a"], 300)["a"].nombre == 2
    assert compteurs.ajouter(["a"], 300, -1)["a"].nombre == 1
    assert compteurs.lire(["a", "b", "c"]) == {"a": 1, "b": 1}
    compteurs.oublier(["a"])
    assert compteurs.lire(["a", "b"]) == {"b": 1}


def test_une_fenetre_ne_se_prolonge_pas_a_chaque_tentative(stockage):
    compteurs.ajouter(["a"], 2)
    assert compteurs.ajouter(["a"], 300)["a"].reste <= 2


def test_redis_arrete_les_tentatives_se_comptent_dans_la_base(settings, caplog):
    settings.CACHE_URL = "redis://127.0.0.1:1"
    settings.CACHES = {"default": {"LOCATION": "redis://127.0.0.1:1"}}
    assert compteurs.ajouter(["a"], 300)["a"].nombre == 1
    assert compteurs.lire(["a"]) == {"a": 1}
    compteurs.oublier(["a"])
    assert Compteur.objects.count() == 0
    assert "Redis ne répond pas" in caplog.text
    compteurs._client.cache_clear()


def test_la_purge_n_ote_que_les_fenetres_fermees():
    compteurs.ajouter(["ouverte"], 300)
    compteurs.ajouter(["fermee"], -1)
    assert compteurs.purger() == 1
    assert Compteur.objects.get().cle == "ouverte"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_cent_essais_simultanes_ne_passent_qu_a_dix():
    passees = []

    def essayer_dix_fois():
        for _ in range(10):
            with origine(ICI), contextlib.suppress(LimiteAtteinte):
                compter_tentative(acteur=None, porte=Porte.CONNEXION, sujet="yzemirli")
                passees.append(1)
        connection.close()

    fils = [threading.Thread(target=essayer_dix_fois) for _ in range(10)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert len(passees) == 10
    assert Evenement.objects.filter(action="limite.atteinte").count() == 1


@pytest.mark.parametrize(
    ("adresse", "attendu"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unix", "unix"),
        (None, ""),
    ],
)
def test_un_abonne_ipv6_ne_change_pas_d_adresse_a_volonte(adresse, attendu):
    assert reseau(adresse) == attendu


@pytest.mark.parametrize(
    ("secondes", "mots"),
    [
        (0.2, "1 seconde"),
        (29.1, "30 secondes"),
        (60, "1 minute"),
        (61, "2 minutes"),
        (300, "5 minutes"),
        (5401, "2 heures"),
        (86400, "24 heures"),
        (72 * 3600, "3 jours"),
    ],
)
def test_l_attente_se_dit_en_mots(secondes, mots):
    assert en_mots(secondes) == mots


def test_un_captcha_ne_sert_qu_une_fois(client, personne):
    epuiser(client, "yzemirli", fois=3)
    reponse = captcha()
    essayer(client, "yzemirli", "faux", **reponse)
    assert not CaptchaStore.objects.filter(hashkey=reponse["captcha_0"]).exists()
    essayer(client, "yzemirli", MOT_DE_PASSE, **reponse)
    assert not est_connecte(client)
