import pytest
from django.urls import reverse

from depot.enums import EtatDocument
from tests.depot.factories import DocumentFactory, agent, deposant


@pytest.fixture
def agente(client, db):
    personne = agent()
    client.force_login(personne)
    return personne


def agir(client, geste, document, **donnees):
    return client.post(reverse(f"depot:{geste}", args=[document.reference]), donnees, follow=True).content.decode()


@pytest.fixture
def en_examen(db):
    return DocumentFactory(etat=EtatDocument.EXAMEN_MANUEL)


def test_la_file_ne_montre_que_ce_qui_attend_un_examen(client, agente, en_examen):
    publie = DocumentFactory()

    page = client.get(reverse("depot:examens")).content.decode()

    assert en_examen.reference in page
    assert publie.reference not in page


def test_un_document_examine_se_publie(client, agente, en_examen):
    assert "est publié" in agir(client, "publier_apres_examen", en_examen)

    en_examen.refresh_from_db()
    assert en_examen.etat == EtatDocument.PUBLIE


def test_un_document_examine_se_refuse_avec_un_motif(client, agente, en_examen):
    agir(client, "refuser_apres_examen", en_examen, motif="Le fichier est vide de chiffres.")

    en_examen.refresh_from_db()
    assert (en_examen.etat, en_examen.constat) == (EtatDocument.REFUSE, "Le fichier est vide de chiffres.")


def test_un_refus_sans_motif_redonne_la_page(client, agente, en_examen):
    assert "Dites pourquoi le fichier est refusé" in agir(client, "refuser_apres_examen", en_examen)

    en_examen.refresh_from_db()
    assert en_examen.etat == EtatDocument.EXAMEN_MANUEL


def test_un_document_deja_publie_ne_s_examine_plus(client, agente):
    publie = DocumentFactory()

    agir(client, "refuser_apres_examen", publie, motif="Trop tard.")

    publie.refresh_from_db()
    assert publie.etat == EtatDocument.PUBLIE


def test_une_structure_n_examine_pas_ses_documents(client, en_examen):
    client.force_login(deposant(en_examen.structure))

    reponse = client.post(reverse("depot:publier_apres_examen", args=[en_examen.reference]))

    assert reponse.status_code == 403
