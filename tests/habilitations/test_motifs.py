"""Les modèles de motif : leurs variables, vérifiées à l'enregistrement."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from habilitations.enums import Decision
from habilitations.models import ModeleMotif
from habilitations.services import charger_references
from habilitations.variables import VARIABLES, faute, remplir
from structures.services import charger_references as charger_les_structures


@pytest.mark.parametrize("nom", VARIABLES)
def test_chaque_variable_est_acceptee(nom):
    assert faute(f"Bonjour {{{nom}}},") == ""


@pytest.mark.parametrize("texte", ["{prénom}", "{prenom.password}", "{0}", "{}", "{ prenom }", "{prenom!r}"])
def test_une_variable_inconnue_est_refusee_avec_la_liste(texte):
    modele = ModeleMotif(decision=Decision.REFUSER, nom="Essai", texte=texte)
    with pytest.raises(ValidationError, match=r"Variable inconnue : .* Les variables sont \{prenom\}, .*date_demande"):
        modele.clean()


@pytest.mark.parametrize("texte", ["Bonjour {prenom", "prenom}", "{{prenom}}"])
def test_une_accolade_seule_est_refusee(texte):
    assert "Une accolade est seule" in faute(texte)


@pytest.mark.django_db
def test_les_premiers_textes_prets_sont_justes_et_ne_reviennent_pas():
    charger_les_structures()
    charger_references()
    for modele in ModeleMotif.objects.all():
        modele.full_clean()
    garde = ModeleMotif.objects.first()
    ModeleMotif.objects.exclude(pk=garde.pk).delete()
    charger_references()
    assert ModeleMotif.objects.get() == garde


@pytest.mark.django_db
def test_deux_modeles_communs_ne_portent_pas_le_meme_nom():
    champs = {"decision": Decision.REFUSER, "nom": "Adresse", "texte": "Non."}
    ModeleMotif.objects.create(**champs)
    with pytest.raises(IntegrityError), transaction.atomic():
        ModeleMotif.objects.create(**champs)


def test_les_variables_prennent_les_valeurs_de_la_demande():
    valeurs = {"prenom": "Lou {nom}", "nom": "Tessier"}
    assert remplir("Bonjour {prenom} {nom}.", valeurs) == "Bonjour Lou {nom} Tessier."
