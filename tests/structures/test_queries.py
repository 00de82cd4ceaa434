"""Trouver une structure ; les mêmes réponses sur SQLite et PostgreSQL."""

import pytest

from structures.enums import ESMS, EtatStructure
from structures.models import Categorie, Structure, TypeStructure
from structures.queries import (
    FORMAT_ATTENDU,
    Reponse,
    acceptees,
    de_la_liste,
    par_debut_de_numero,
    par_numero,
    rechercher,
)
from structures.services import charger_references, importer_finess
from structures.services.references import apprendre
from tests.structures.factories import StructureFactory
from tests.structures.fichiers import cle, ecrire, ligne

ETABLISSEMENTS = [
    {"c1": "750790073", "c3": "CAMSP JANINE LEVY"},
    {"c1": cle("75079101"), "c3": "C. M. P. P. LES LUCIOLES", "c18": "189", "c15": "75743 PARIS CEDEX 15"},
    {"c1": cle("01000001"), "c3": "CAMSP", "c13": "01", "c15": "01000 BOURG EN BRESSE"},
    {"c1": cle("93000001"), "c3": "CAMSP LES COMPTINES", "c13": "93", "c15": "93200 ST DENIS"},
    {"c1": cle("93000002"), "c3": "CAMSP ESPOIR", "c13": "93", "c15": "93130 NOISY LE SEC"},
    {"c1": cle("83000001"), "c3": "HOPITAL SAINTE ANNE", "c18": "355", "c13": "83", "c15": "83000 TOULON"},
    {"c1": cle("83000002"), "c3": "CAMSP TOULON", "c13": "83", "c15": "83000 TOULON", "c2": "830100558"},
]


@pytest.fixture
def annuaire(db, tmp_path):
    charger_references()
    importer_finess(chemin=ecrire(tmp_path, *(ligne(**champs) for champs in ETABLISSEMENTS)), acteur=None)


pytestmark = pytest.mark.usefixtures("annuaire")


def noms(texte, **options):
    return [structure.nom for structure in rechercher(texte, **options)]


@pytest.mark.parametrize(
    "texte",
    [
        "camsp janine levy",
        "LEVY Janine",
        "janine lévy paris",
        "janine levy 75012",
        "janine levy 75",
        "janine paris 12ème",
        "jan lev",
        "centre d'action médico-sociale précoce janine",
        "CAMSP Janine Levy, 75012 PARIS CEDEX",
        "750790073",
        "750 790 073",
    ],
)
def test_les_mots_se_donnent_dans_tout_ordre_et_toute_ecriture(texte):
    assert noms(texte)[0] == "CAMSP JANINE LEVY"


@pytest.mark.parametrize("texte", ["camsp janne levy", "janine levi", "jannine levy", "camps janine", "janien levy"])
def test_une_faute_de_frappe_est_pardonnee(texte):
    assert noms(texte)[0] == "CAMSP JANINE LEVY"


def test_un_mot_que_rien_n_approche_est_oublie():
    assert noms("camsp janine levy zzzzzzzz") == ["CAMSP JANINE LEVY"]


def test_un_mot_connu_n_est_pas_corrige():
    # « levi » est une faute tant que personne ne s'appelle ainsi.
    Structure.objects.filter(nom="CAMSP TOULON").update(mots=" camsp levi / toulon 83000 / var 83 ")
    assert noms("levi") == ["CAMSP TOULON"]


def test_une_faute_qui_donne_un_autre_mot_connu_est_pardonnee():
    apprendre({"touron"})
    Structure.objects.filter(nom="CAMSP").update(mots=" camsp espoir / paris 75012 / ain 01 ")
    assert noms("camsp touron var") == ["CAMSP TOULON"]


def test_saint_et_ses_abreviations_se_valent():
    assert noms("camsp st denis")[0] == noms("camsp Saint-Denis")[0] == "CAMSP LES COMPTINES"


def test_la_ville_passe_avant_le_departement():
    assert noms("camsp saint denis") == ["CAMSP LES COMPTINES", "CAMSP ESPOIR"]


def test_la_categorie_et_le_departement_se_cherchent():
    assert noms("cmpp paris") == ["C. M. P. P. LES LUCIOLES"]
    assert noms("camsp ain") == ["CAMSP"]
    assert noms("hospitalier var") == ["HOPITAL SAINTE ANNE"]


def test_les_ouvertes_passent_avant_les_fermees():
    Structure.objects.filter(nom="CAMSP TOULON").update(etat=EtatStructure.FERME)
    assert noms("toulon") == ["HOPITAL SAINTE ANNE", "CAMSP TOULON"]


def test_seuls_les_types_categories_et_departement_demandes_repondent():
    assert noms("toulon", types=TypeStructure.objects.filter(code=ESMS)) == ["CAMSP TOULON"]
    assert noms("paris", categories=Categorie.objects.filter(code="190")) == ["CAMSP JANINE LEVY"]
    assert noms("camsp", parmi=acceptees(departement="83")) == ["CAMSP TOULON"]
    assert noms("750790073", types=TypeStructure.objects.filter(code="ars")) == []


def test_sans_categorie_demandee_toutes_celles_des_types_repondent():
    esms = TypeStructure.objects.filter(code=ESMS)
    assert len(noms("paris", types=esms, categories=Categorie.objects.none())) == 2


def test_le_nombre_de_reponses_est_borne():
    assert len(rechercher("camsp", limite=2)) == 2


@pytest.mark.parametrize("texte", ["", "   ", "'", '"; DROP TABLE --', "%", "_", "* OR *", "NEAR(", "é" * 500, "\x00"])
def test_une_saisie_vide_ou_etrange_ne_fait_pas_d_erreur(texte):
    rechercher(texte)


def test_un_joker_n_en_est_pas_un():
    assert noms("%") == noms("_") == noms("") == []


def test_la_recherche_suit_les_changements_de_l_annuaire():
    structure = Structure.objects.get(nom="CAMSP TOULON")
    structure.mots = " camsp hyeres / hyeres 83400 / var 83 "
    structure.save()
    assert noms("hyeres") == ["CAMSP TOULON"]
    assert "CAMSP TOULON" not in noms("toulon")
    structure.delete()
    assert noms("hyeres") == []


def test_un_organisme_de_liste_se_cherche_aussi():
    assert noms("ars bretagne") == ["ARS-BRETAGNE"]


@pytest.mark.parametrize("texte", ["camsp janine levy", "camsp janne levy", "camsp"])
def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_reponses(texte, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        for structure in rechercher(texte):
            assert structure.lieu
            assert structure.categorie
            assert structure.entite_juridique


# --- Par numéro ---


def test_le_numero_exact_donne_la_structure():
    assert par_numero("750 790 073").structure.nom == "CAMSP JANINE LEVY"


@pytest.mark.parametrize("saisie", ["", "75079007", "7507900733", "CAMSP", "75O790073"])
def test_un_numero_mal_forme_est_dit(saisie):
    assert par_numero(saisie).message.startswith(FORMAT_ATTENDU)


def test_un_chiffre_oublie_se_cherche_meme_quand_la_cle_du_reste_tombe_juste():
    structure = StructureFactory(numero_finess="550003248")
    assert rechercher("55003248") == [structure]


class TestPendantLaSaisie:
    def chercher(self, saisie):
        return par_debut_de_numero(saisie, types=TypeStructure.objects.all(), categories=[])

    def test_le_debut_d_un_numero_donne_les_etablissements_ouverts_qui_le_portent(self):
        ferme = StructureFactory(numero_finess="750799998", etat=EtatStructure.FERME)
        trouves = self.chercher("750 79").etablissements
        assert {structure.numero_finess[:5] for structure in trouves} == {"75079"}
        assert ferme not in trouves

    def test_deux_caracteres_ne_cherchent_rien(self):
        assert self.chercher("75") == Reponse()

    def test_un_debut_que_rien_ne_porte_le_dit(self):
        assert "ne commence par 999" in self.chercher("999").message

    def test_un_zero_perdu_se_propose_et_un_numero_entier_se_juge(self):
        assert self.chercher("10005619").suggestion == "010005619"
        assert self.chercher("750790073").structure.nom == "CAMSP JANINE LEVY"
        assert "erreur de saisie" in self.chercher("750790074").message


def test_une_cle_fausse_est_dite():
    reponse = par_numero("750790074")
    assert reponse.structure is None
    assert "erreur de saisie" in reponse.message


def test_un_zero_perdu_est_propose():
    numero = cle("01000001")
    reponse = par_numero(numero.removeprefix("0"))
    assert (reponse.structure, reponse.suggestion) == (None, numero)
    assert reponse.message == f"Vouliez-vous dire {numero} ?"


def test_un_numero_d_entite_juridique_mene_a_ses_etablissements():
    reponse = par_numero("830100558")
    assert reponse.structure is None
    assert "entité juridique" in reponse.message
    assert [structure.nom for structure in reponse.etablissements] == ["CAMSP TOULON"]


def test_les_etablissements_proposes_sont_ceux_que_le_profil_accepte():
    reponse = par_numero("830100558", categories=Categorie.objects.filter(code="189"))
    assert reponse.etablissements == ()
    assert "aucun établissement qui convienne" in reponse.message


def test_un_numero_inconnu_est_dit():
    assert "Aucun établissement" in par_numero(cle("59000001")).message


def test_un_etablissement_ferme_est_dit_ferme():
    Structure.objects.filter(numero_finess="750790073").update(etat=EtatStructure.FERME)
    reponse = par_numero("750790073")
    assert reponse.structure is None
    assert "CAMSP JANINE LEVY (Paris 12e Arrondissement (75012)) est fermé" in reponse.message


def test_un_etablissement_absent_du_registre_est_dit_absent():
    Structure.objects.filter(numero_finess="750790073").update(etat=EtatStructure.ABSENT, absente_depuis="2026-01-01")
    assert "n'est plus au registre" in par_numero("750790073").message


def test_un_etablissement_que_le_profil_n_accepte_pas_est_refuse_avec_sa_categorie():
    reponse = par_numero("750790073", categories=Categorie.objects.filter(code="189"))
    assert reponse.structure is None
    assert "190" in reponse.message
    assert par_numero("750790073", types=TypeStructure.objects.filter(code="sanitaire")).structure is None


def test_la_liste_d_un_type_est_en_ordre_et_sans_fermees():
    Structure.objects.filter(code="ars-bretagne").update(etat=EtatStructure.FERME)
    liste = [structure.nom for structure in de_la_liste(TypeStructure.objects.get(code="ars"))]
    assert len(liste) == 17
    assert liste[0] == "ARS-AUVERGNE-RHÔNE-ALPES"
    assert "ARS-BRETAGNE" not in liste
