"""Les états d'un document : la table, et ce que la base elle-même refuse."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from depot.enums import ECARTES, TRANSITIONS, EtatDocument
from depot.erreurs import TransitionInterdite
from depot.models import Document
from depot.services.etats import passer
from tests.depot.factories import DocumentFactory

PERMIS = {
    ("recu", "controle"),
    ("recu", "examen_manuel"),
    ("controle", "en_analyse"),
    ("en_analyse", "controle"),
    ("en_analyse", "publie"),
    ("en_analyse", "infecte"),
    ("en_analyse", "examen_manuel"),
    ("examen_manuel", "controle"),
    ("examen_manuel", "publie"),
    ("examen_manuel", "refuse"),
    ("examen_manuel", "infecte"),
    ("infecte", "controle"),
}


def test_la_table_nomme_chaque_etat():
    assert set(TRANSITIONS) == set(EtatDocument)


@pytest.mark.parametrize("avant", EtatDocument)
@pytest.mark.parametrize("apres", EtatDocument)
def test_seuls_les_passages_de_la_table_se_font(avant, apres):
    document = Document(etat=avant)

    if (avant, apres) in PERMIS:
        passer(document, apres)
        assert document.etat == apres
    else:
        with pytest.raises(TransitionInterdite, match=avant.label):
            passer(document, apres)
        assert document.etat == avant


@pytest.mark.django_db
@pytest.mark.parametrize(
    "champs",
    [
        {"etat": EtatDocument.RECU},
        {"etat": EtatDocument.PUBLIE, "analyse_le": None},
        {"etat": EtatDocument.PUBLIE, "type": ""},
        {"etat": EtatDocument.INFECTE, "analyse_le": timezone.now(), "constat": ""},
        {"etat": EtatDocument.REFUSE, "analyse_le": None, "constat": "illisible"},
        {"etat": EtatDocument.EN_ANALYSE, "bail_jusqu_au": None},
        {"etat": EtatDocument.CONTROLE, "bail_jusqu_au": timezone.now()},
    ],
)
def test_la_base_refuse_un_etat_sans_ce_qui_le_prouve(champs):
    document = DocumentFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**champs)


@pytest.mark.django_db
@pytest.mark.parametrize("etat", [etat for etat in EtatDocument if etat != EtatDocument.RECU])
def test_un_document_ecarte_rouvre_sa_case(etat):
    DocumentFactory(etat=etat)

    assert Document.objects.valables().exists() == (etat not in ECARTES)
