import pytest
from django.urls import reverse
from django.utils import timezone

from depot.enums import EtatDocument
from depot.juge import enclos
from depot.juge.verdicts import EXAMEN
from depot.models import Campagne
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.depot.factories import CampagneFactory, DocumentFactory


@pytest.fixture
def support(client, db):
    personne = UtilisateurFactory(is_staff=True, is_superuser=True)
    client.force_login(personne)
    return personne


def test_le_support_ouvre_une_campagne_par_le_service(client, support):
    jour = timezone.localdate().isoformat()

    client.post(reverse("admin:depot_campagne_add"), {"annee": 2027, "ouverte_le": jour, "echeance_le": jour})

    assert Evenement.objects.sur(Campagne.objects.get()).get().acteur == support


def test_le_support_prolonge_une_campagne_sans_changer_son_annee(client, support):
    campagne, jour = CampagneFactory(annee=2026), timezone.localdate()
    adresse = reverse("admin:depot_campagne_change", args=[campagne.pk])

    client.post(adresse, {"annee": 1999, "ouverte_le": jour.isoformat(), "echeance_le": jour.isoformat()})

    campagne.refresh_from_db()
    assert (campagne.annee, campagne.echeance_le) == (2026, jour)
    assert Evenement.objects.sur(campagne).get().action == "campagne.modifiee"


def test_des_dates_a_l_envers_sont_dites(client, support):
    donnees = {"annee": 2027, "ouverte_le": "2027-02-02", "echeance_le": "2027-01-01"}

    page = client.post(reverse("admin:depot_campagne_add"), donnees)

    assert "corrigez les dates" in page.content.decode()
    assert not Campagne.objects.exists()


def test_le_support_lit_un_document_et_n_y_change_rien(client, support):
    document = DocumentFactory()
    adresse = reverse("admin:depot_document_change", args=[document.pk])

    assert document.sha256 in client.get(adresse).content.decode()
    assert client.post(adresse, {"etat": EtatDocument.EXAMEN_MANUEL}).status_code == 403
    assert document.reference in client.get(reverse("admin:depot_document_changelist"), {"q": "aaaa"}).content.decode()


def juger_a_nouveau(client):
    document = DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL, type="")
    choix = {"action": "juger_a_nouveau", "_selected_action": [document.pk]}
    client.post(reverse("admin:depot_document_changelist"), choix)
    document.refresh_from_db()
    return document


def test_un_document_juge_a_nouveau_et_accepte_repasse_a_l_antivirus(client, support, juge_favorable):
    assert juger_a_nouveau(client).etat == EtatDocument.CONTROLE


def test_un_document_juge_a_nouveau_sans_verdict_reste_en_examen(client, support, monkeypatch):
    monkeypatch.setattr(enclos, "juger", lambda *_: EXAMEN)

    assert juger_a_nouveau(client).etat == EtatDocument.EXAMEN_MANUEL
