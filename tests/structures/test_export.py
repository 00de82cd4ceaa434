"""Du fichier à la base, et retour."""

import csv

import pytest
from django.core.management import call_command

from structures.finess.classique import OUVERTURE
from structures.finess.export import GARDEES
from structures.models import Structure
from structures.services import importer_finess
from tests.structures.factories import StructureFactory
from tests.structures.fichiers import cle, ecrire, ligne

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("references")]


def lire(chemin):
    with chemin.open(encoding="utf-8", newline="") as texte:
        return {colonnes[1]: colonnes for colonnes in csv.reader(texte, delimiter=";") if colonnes[0] == "structureet"}


def exporter(dossier):
    call_command("exporter_finess", str(dossier / "export.csv"), verbosity=0)
    return dossier / "export.csv"


def test_l_extrait_exporte_egale_sa_source_sur_les_colonnes_gardees(settings, tmp_path):
    source = settings.RACINE / "fixtures" / "structures" / "extrait_finess.csv"
    importer_finess(chemin=source, acteur=None)
    exporte, attendu = lire(exporter(tmp_path)), lire(source)
    assert exporte.keys() == attendu.keys()
    for numero, colonnes in attendu.items():
        if colonnes[OUVERTURE] == "1901-01-01":
            colonnes[OUVERTURE] = ""
        assert [exporte[numero][rang] for rang in GARDEES] == [" ".join(colonnes[rang].split()) for rang in GARDEES]


def test_un_export_reimporte_ne_change_rien(tmp_path):
    lignes = [
        ligne(c3='CAMSP "LES; LOUPS"', c6="BATIMENT B", c11="BP 12", c15="75743 PARIS CEDEX 15"),
        ligne(c1=cle("97010001"), c13="9A", c15="97150 ST MARTIN", c28="1901-01-01"),
        ligne(c1="2A0000018", c13="2A", c15="20000 AJACCIO", c16="", c22=""),
    ]
    importer_finess(chemin=ecrire(tmp_path, *lignes), acteur=None)
    avant = list(Structure.objects.order_by("pk").values_list("nom", "adresse", "commune", "departement", "ouverte_le"))
    fait = importer_finess(chemin=exporter(tmp_path), acteur=None)
    assert (fait.creees, fait.modifiees, fait.absentes) == (0, 0, 0)
    apres = Structure.objects.order_by("pk").values_list("nom", "adresse", "commune", "departement", "ouverte_le")
    assert list(apres) == avant


def test_l_export_tait_les_fermes_et_les_organismes_de_liste(tmp_path, capsys):
    importer_finess(chemin=ecrire(tmp_path, ligne()), acteur=None)
    StructureFactory(etat="ferme")
    call_command("exporter_finess", "-")
    assert capsys.readouterr().out.count("structureet;") == 1
