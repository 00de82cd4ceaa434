import pytest
from django.contrib.auth.models import Permission

from accounts.enums import EtatCompte
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.accounts.outils import courriels_ecrits

pytestmark = pytest.mark.django_db
LISTE = "/admin/accounts/utilisateur/"


@pytest.fixture
def support(client):
    personne = UtilisateurFactory(is_staff=True, nom="Support")
    personne.user_permissions.set(Permission.objects.filter(codename__in=["view_utilisateur", "change_utilisateur"]))
    client.force_login(personne)
    return personne


def faire(client, action, *personnes, motif=""):
    return client.post(
        LISTE, {"action": action, "motif": motif, "_selected_action": [p.pk for p in personnes]}, follow=True
    )


def test_l_administration_passe_par_notre_connexion(client):
    assert client.get("/admin/login/?next=/admin/").url == "/connexion/?next=%2Fadmin%2F"
    assert client.get("/admin/", follow=True).redirect_chain[-1][0] == "/connexion/?next=%2Fadmin%2F"


def test_qui_n_est_pas_du_support_n_entre_pas(client):
    client.force_login(UtilisateurFactory())
    assert client.get(LISTE, follow=True).status_code == 403


@pytest.mark.parametrize("cherche", ["zemir", "amil", "ZEMIRLI", "structure.exam"])
def test_une_personne_se_trouve_par_un_bout_de_son_nom_de_son_identifiant_ou_de_son_adresse(client, support, cherche):
    UtilisateurFactory(prenom="Yamil", nom="Zemirli", identifiant="yzemirli", courriel="yz@structure.example")
    UtilisateurFactory(prenom="Ada", nom="Autre", identifiant="aautre", courriel="aa@ailleurs.example")
    page = client.get(LISTE, {"q": cherche}).text
    assert "yzemirli" in page
    assert "aautre" not in page


def test_le_support_ne_voit_ni_ne_choisit_de_mot_de_passe_et_ne_modifie_aucun_champ(client, support):
    personne = UtilisateurFactory()
    reponse = client.get(f"{LISTE}{personne.pk}/change/")
    assert reponse.status_code == 200
    assert personne.password not in reponse.text
    assert 'name="etat"' not in reponse.text
    assert 'type="password"' not in reponse.text
    assert client.post(f"{LISTE}{personne.pk}/change/", {"etat": "desactive"}).status_code == 403
    assert client.get(f"{LISTE}add/").status_code == 403
    assert client.post(f"{LISTE}{personne.pk}/delete/").status_code == 403


def test_l_administration_n_a_pas_son_propre_changement_de_mot_de_passe(client, support):
    assert "Mot de passe actuel" in client.get("/admin/password_change/").text


def test_le_support_desactive_avec_un_motif(client, support):
    personne = UtilisateurFactory()
    assert "motif" in faire(client, "desactiver", personne).text
    personne.refresh_from_db()
    assert personne.etat == EtatCompte.ACTIF
    faire(client, "desactiver", personne, motif="Départ")
    personne.refresh_from_db()
    assert personne.etat == EtatCompte.DESACTIVE
    assert Evenement.objects.get().apres == {"etat": "desactive", "motif": "Départ"}


def test_un_refus_ne_defait_pas_les_autres(client, support):
    personne = UtilisateurFactory()
    reponse = faire(client, "desactiver", support, personne, motif="Essai")
    assert "votre propre compte" in reponse.text
    personne.refresh_from_db()
    support.refresh_from_db()
    assert (personne.etat, support.etat) == (EtatCompte.DESACTIVE, EtatCompte.ACTIF)


def test_le_support_reactive_et_renvoie_la_confirmation(client, support):
    ferme = UtilisateurFactory(etat=EtatCompte.DESACTIVE)
    attend = UtilisateurFactory(etat=EtatCompte.A_CONFIRMER)
    faire(client, "reactiver", ferme, motif="Retour")
    faire(client, "renvoyer_la_confirmation", attend)
    ferme.refresh_from_db()
    assert ferme.etat == EtatCompte.ACTIF
    assert courriels_ecrits() == [("confirmation", attend.courriel)]


def test_consulter_ne_suffit_pas_pour_agir(client, support):
    support.user_permissions.set(Permission.objects.filter(codename="view_utilisateur"))
    personne = UtilisateurFactory()
    faire(client, "desactiver", personne, motif="Essai")
    personne.refresh_from_db()
    assert personne.etat == EtatCompte.ACTIF


def test_le_support_deja_connecte_retrouve_l_administration(client, support):
    assert client.get("/admin/login/").url == "/admin/"
