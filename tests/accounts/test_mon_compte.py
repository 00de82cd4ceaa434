import pytest
from django.test import Client

from journal.models import Evenement
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, courriels_ecrits, verifier
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db
IDENTITE = "/mon-compte/identite/"
MODIFIER = "/mon-compte/identite/modifier/"
MOT_DE_PASSE_PAGE = "/mon-compte/mot-de-passe/"
NOUVEAU = "Jonquilles-Vertes-8"


@pytest.fixture
def personne(client):
    personne = UtilisateurFactory(telephone="+33612345678", structure=StructureFactory())
    connecter(client, personne.identifiant)
    return personne


@pytest.mark.parametrize("adresse", [IDENTITE, MODIFIER, MOT_DE_PASSE_PAGE])
def test_mon_compte_demande_d_etre_connecte(client, adresse):
    assert client.get(adresse).url == f"/connexion/?next={adresse}"


def test_mon_identite_montre_ce_que_le_portail_sait_de_moi(client, personne):
    page = client.get(IDENTITE).text
    for valeur in (personne.identifiant, personne.prenom, personne.nom, personne.courriel, personne.structure):
        assert str(valeur) in page
    assert "+33 6 12 34 56 78" in page
    for onglet in ("Mon identité", "Mes habilitations", "Mes demandes"):
        assert onglet in page


def test_le_formulaire_d_identite_reprend_ce_qui_est_connu(client, personne):
    verifier(client)
    page = client.get(MODIFIER).text
    for valeur in (personne.nom, personne.prenom, personne.structure, "06 12 34 56 78"):
        assert f'value="{valeur}"' in page
    assert 'value="33" selected' in page


def test_je_change_mon_nom_et_mon_telephone(client, personne):
    verifier(client)
    reponse = client.post(
        MODIFIER, {"nom": "Lilas", "prenom": "Camille", "indicatif": "32", "telephone": "0470 12 34 56"}
    )
    assert reponse.url == IDENTITE
    personne.refresh_from_db()
    assert (personne.nom, personne.telephone, personne.structure) == ("Lilas", "+32470123456", None)
    assert Evenement.objects.filter(action="identite.modifiee", acteur_id=personne.pk).count() == 1


def test_je_ne_change_ni_mon_identifiant_ni_mon_adresse_ni_mes_droits(client, personne):
    verifier(client)
    avant = (personne.identifiant, personne.courriel, personne.is_staff, personne.etat)
    client.post(
        MODIFIER,
        {
            "nom": "Lilas",
            "prenom": "C",
            "identifiant": "admin",
            "courriel": "x@y.example",
            "is_staff": "on",
            "etat": "x",
        },
    )
    personne.refresh_from_db()
    assert personne.nom == "Lilas"
    assert (personne.identifiant, personne.courriel, personne.is_staff, personne.etat) == avant


def test_changer_de_mot_de_passe_demande_l_actuel(client, personne):
    reponse = client.post(MOT_DE_PASSE_PAGE, {"actuel": "Un-Autre-Mot-1", "mot_de_passe": NOUVEAU})
    assert "actuel" in reponse.context["form"].errors
    personne.refresh_from_db()
    assert personne.check_password(MOT_DE_PASSE)


def test_changer_de_mot_de_passe_garde_ma_session_et_ferme_les_autres(client, personne):
    ailleurs = Client()
    connecter(ailleurs, personne.identifiant)
    cle = client.session.session_key
    assert client.post(MOT_DE_PASSE_PAGE, {"actuel": MOT_DE_PASSE, "mot_de_passe": NOUVEAU}).url == IDENTITE
    assert client.get(IDENTITE).status_code == 200
    assert client.session.session_key != cle
    assert ailleurs.get(IDENTITE).status_code == 302
    assert courriels_ecrits() == [("mot_de_passe_change", personne.courriel)]
    assert Evenement.objects.filter(action="mot_de_passe.change").count() == 1


def test_le_nouveau_mot_de_passe_suit_les_memes_regles(client, personne):
    reponse = client.post(MOT_DE_PASSE_PAGE, {"actuel": MOT_DE_PASSE, "mot_de_passe": "seulementdeslettres"})
    assert "au moins 3 sortes" in str(reponse.context["form"].errors["mot_de_passe"])
