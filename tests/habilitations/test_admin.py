"""Les habilitations vues par le support."""

import pytest

from habilitations.enums import EtatHabilitation
from habilitations.models import Portefeuille
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, HabilitationFactory, gestionnaire

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client):
    support = UtilisateurFactory(is_staff=True, is_superuser=True)
    client.force_login(support)
    return support


@pytest.mark.parametrize("modele", ["application", "profil", "portefeuille", "demande", "habilitation"])
def test_chaque_liste_s_ouvre_et_se_cherche(client, support, modele):
    gestionnaire()
    DemandeFactory()
    assert client.get(f"/admin/habilitations/{modele}/?q=Camille").status_code == 200


@pytest.mark.parametrize("modele", ["demande", "habilitation"])
@pytest.mark.parametrize("geste", ["add", "change", "delete"])
def test_ni_demande_ni_droit_ne_se_modifie_a_la_main(client, support, modele, geste):
    objet = {"demande": DemandeFactory, "habilitation": HabilitationFactory}[modele]()
    adresse = f"/admin/habilitations/{modele}/" + ("add/" if geste == "add" else f"{objet.pk}/{geste}/")
    assert client.post(adresse, {"etat": "acceptee"}).status_code == 403
    objet.refresh_from_db()
    assert objet.etat in ("en_attente", "active")


def test_une_demande_se_lit(client, support):
    demande = DemandeFactory()
    page = client.get(f"/admin/habilitations/demande/{demande.pk}/change/").content.decode()
    assert demande.structures.get().nom in page
    assert 'name="etat"' not in page


def revoquer(client, droit, motif):
    donnees = {"action": "revoquer", "_selected_action": [droit.pk], "motif": motif}
    return client.post("/admin/habilitations/habilitation/", donnees, follow=True).content.decode()


def test_le_support_revoque_avec_un_motif(client, support):
    droit = HabilitationFactory()
    revoquer(client, droit, "Départ signalé.")
    droit.refresh_from_db()
    assert (droit.etat, droit.motif) == (EtatHabilitation.REVOQUEE, "Départ signalé.")


def test_le_support_ne_revoque_pas_sans_motif(client, support):
    droit = HabilitationFactory()
    assert "Indiquez le motif" in revoquer(client, droit, "")
    droit.refresh_from_db()
    assert droit.etat == EtatHabilitation.ACTIVE


def test_qui_ne_peut_que_lire_ne_revoque_pas(client):
    from django.contrib.auth.models import Permission

    lecteur = UtilisateurFactory(is_staff=True)
    lecteur.user_permissions.add(Permission.objects.get(codename="view_habilitation"))
    client.force_login(lecteur)
    droit = HabilitationFactory()
    revoquer(client, droit, "Départ signalé.")
    droit.refresh_from_db()
    assert droit.etat == EtatHabilitation.ACTIVE


def test_un_portefeuille_regle_ou_supprime_va_au_journal(client, support):
    client.post("/admin/habilitations/portefeuille/add/", {"nom": "Bretagne"})
    portefeuille = Portefeuille.objects.get(nom="Bretagne")
    adresse = f"/admin/habilitations/portefeuille/{portefeuille.pk}"
    client.post(f"{adresse}/change/", {"nom": "Bretagne", "gestionnaires": [support.pk]})
    client.post(f"{adresse}/delete/", {"post": "yes"})
    actions = list(Evenement.objects.filter(objet_nom="Bretagne").order_by("pk").values_list("action", flat=True))
    assert actions == ["portefeuille.ajout", "portefeuille.reglage", "portefeuille.suppression"]
