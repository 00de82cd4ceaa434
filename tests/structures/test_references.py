from collections import Counter

import pytest

from structures.models import Categorie, Departement, Region, Structure, TypeStructure
from structures.queries import rechercher
from structures.services import NomenclatureRefusee, charger_references, importer_nomenclature
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


def test_chaque_organisme_de_liste_a_sa_region(references):
    organismes = Structure.objects.exclude(code=None).select_related("departement__region")
    assert {organisme.nom for organisme in organismes if organisme.departement is None} == set()
    for ars in organismes.filter(type="ars"):
        assert ars.nom == f"ARS-{ars.departement.region.nom.upper()}"


# Un organisme pour deux départements, et les collectivités aux lois propres.
PARTAGES = {"2B": "2A", "68": "67"}
HORS_DROIT_COMMUN = {"986", "987", "988"}


def compter(type_structure, champ):
    return Counter(Structure.objects.ouvertes().filter(type=type_structure).values_list(champ, flat=True))


def test_chaque_region_a_son_ars_et_une_seule(references):
    regions = set(Region.objects.exclude(code="COM").values_list("code", flat=True))
    assert compter("ars", "departement__region") == dict.fromkeys(regions, 1)


def test_chaque_departement_a_sa_mdph_et_son_conseil_departemental(references):
    departements = set(Departement.objects.values_list("code", flat=True)) - HORS_DROIT_COMMUN - set(PARTAGES)
    assert compter("mdph", "departement") == dict.fromkeys(departements, 1)
    assert compter("departement", "departement") == dict.fromkeys(departements, 1) | {"69": 2}


def test_les_caisses_sont_celles_des_reseaux(references):
    reseaux = Counter(
        code.split("-")[0] for code in Structure.objects.filter(type="caisse").values_list("code", flat=True)
    )
    assert reseaux == {
        "caf": 102, "msa": 35, "carsat": 15, "cramif": 1, "cnav": 1, "cgss": 4, "cssm": 1, "cps": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("texte", "code"),
    [("mdph haut rhin", "mdph-67"), ("mdph 2b", "mdph-2a"), ("conseil departemental bas rhin", "departement-67")],
)
def test_un_organisme_de_plusieurs_departements_se_trouve_par_chacun(references, texte, code):
    assert rechercher(texte)[0].code == code


def test_un_organisme_retire_des_fichiers_est_ferme_et_rouvre_s_il_y_revient(references):
    retire = StructureFactory(code="mdph-68", type__code="mdph", numero_finess=None)
    Structure.objects.filter(code="mdph-67").update(etat="ferme")
    charger_references()
    retire.refresh_from_db()
    assert retire.etat == "ferme"
    assert Structure.objects.get(code="mdph-67").etat == "ouvert"


ENTETE = (
    "code;libelle;libellecourt;domaine;datedeb;datefin;codeagr3;libelleagr3;codeagr2;libelleagr2;codeagr1;libelleagr1"
)


def nomenclature(dossier, *lignes, entete=ENTETE, encodage="utf-8"):
    chemin = dossier / "nomenclature.csv"
    chemin.write_text("\n".join([entete, *lignes]) + "\n", encoding=encodage)
    return chemin


def test_la_nomenclature_renomme_ajoute_et_range_par_type(references, tmp_path):
    chemin = nomenclature(
        tmp_path,
        "190;CAMSP renommé;CAMSP;SOC;;;4106;;4100;;4000;",
        "991;Neuve sanitaire;N.S.;SAN;;;1101;;1100;;1000;",
        "992;Neuve école;N.E.;ENS;;;;;;;;",
    )
    assert importer_nomenclature(chemin=chemin, acteur=None) == 3
    types = dict(Categorie.objects.filter(code__in=["190", "991", "992"]).values_list("libelle", "type"))
    assert types == {"CAMSP renommé": "esms", "Neuve sanitaire": "sanitaire", "Neuve école": "autre"}
    assert Categorie.objects.filter(code="189").exists()


@pytest.mark.parametrize(
    ("options", "motif"),
    [({"entete": "code;libelle"}, "domaine"), ({}, "aucune catégorie"), ({"encodage": "utf-16"}, "UTF-8")],
)
def test_une_autre_nomenclature_est_refusee(references, tmp_path, options, motif):
    with pytest.raises(NomenclatureRefusee, match=motif):
        importer_nomenclature(chemin=nomenclature(tmp_path, **options), acteur=None)
