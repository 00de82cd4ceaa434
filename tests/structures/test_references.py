import pytest

from structures.models import Categorie, Departement, Region, Structure, TypeStructure
from structures.services import charger_references
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


def test_les_references_se_chargent_et_se_rechargent_sans_rien_changer():
    def photographie():
        return [list(modele.objects.values_list().order_by("pk")) for modele in modeles]

    modeles = [Region, Departement, TypeStructure, Categorie, Structure]
    charger_references()
    avant = photographie()
    charger_references()
    assert photographie() == avant


def test_les_libelles_sont_ceux_que_les_gens_connaissent(references):
    libelles = set(TypeStructure.objects.values_list("libelle", flat=True))
    assert {
        "Établissements et Services médico Sociaux",
        "Agence Régionale de Santé",
        "Conseil départemental",
        "MDPH",
    } <= libelles
    assert Structure.objects.filter(type="ars").count() == 18
    assert Structure.objects.get(code="ars-bretagne").nom == "ARS-BRETAGNE"


def test_camsp_et_cmpp_sont_des_esms(references):
    assert set(Categorie.objects.filter(code__in=["189", "190"]).values_list("type", flat=True)) == {"esms"}
    assert Categorie.objects.get(code="355").type_id == "sanitaire"


def test_tous_les_departements_de_l_insee_y_sont(references):
    codes = set(Departement.objects.values_list("code", flat=True))
    assert len(codes) == 107
    assert {"2A", "2B", "971", "976", "977", "978", "986", "987", "988"} <= codes


def test_un_etablissement_du_registre_n_est_pas_touche(references):
    structure = StructureFactory(nom="CAMSP DÉJÀ LÀ")
    charger_references()
    structure.refresh_from_db()
    assert structure.nom == "CAMSP DÉJÀ LÀ"


def test_un_organisme_sans_ville_se_situe_par_son_departement(references):
    assert Structure.objects.get(code="mdph-01").lieu == "Ain (01)"
    assert Structure.objects.get(code="ars-bretagne").lieu == "Rennes (35000)"
