"""FINESS+ : le format vivant, et ses pièges."""

import codecs

import pytest

from structures.enums import EtatImport, EtatStructure
from structures.finess.fiches import fiches
from structures.finess.lecture import FichierRefuse, Format, examiner
from structures.models import Categorie, Changement, EntiteJuridique, ImportFiness, Structure
from structures.services import importer_finess
from tests.structures.fichiers import ADRESSE, adresse, cle, ecrire, ecrire_plus, ege, ligne, plusieurs_ege

NUMERO = cle("01000949")


def lues(chemin):
    return list(fiches(examiner(chemin)))


def lue(dossier, *etablissements, **options):
    return lues(ecrire_plus(dossier, *etablissements, **options))[0]


def etablissement(dossier, **champs):
    return lue(dossier, ege(**champs)).etablissement


@pytest.mark.parametrize("nom", ["finess.json", "finess.json.gz", "sans_extension"])
def test_le_format_se_reconnait_au_contenu(tmp_path, nom):
    chemin = ecrire_plus(tmp_path, ege(), fichier=nom)
    assert examiner(chemin).format is Format.PLUS
    assert examiner(ecrire(tmp_path, ligne(), nom="autre")).format is Format.CLASSIQUE
    assert [une.numero for une in lues(chemin)] == [NUMERO]


def test_une_marque_d_ordre_des_octets_ne_gene_pas(tmp_path):
    chemin = ecrire_plus(tmp_path, ege())
    chemin.write_bytes(codecs.BOM_UTF8 + chemin.read_bytes())
    assert len(lues(chemin)) == 1


def test_le_nom_du_fichier_dit_sa_date_et_le_contenu_ce_qu_il_y_a_a_lire(tmp_path):
    examen = examiner(ecrire_plus(tmp_path, *plusieurs_ege(3)))
    assert (str(examen.date), examen.lignes) == ("2026-06-01", 3)
    assert examiner(ecrire_plus(tmp_path, ege(), fichier="finess-99999999.json")).date is None


def test_une_fiche_a_la_meme_forme_que_dans_le_format_classique(tmp_path):
    lu = etablissement(tmp_path, siret="79008281200013", dateOuverture="2008-12-23")
    assert lu[:11] == (
        "CAMSP DU PONT", "CAMSP DU PONT D'AIN", "16 rue DU 1ER SEPTEMBRE 1944", "01160", "Pont-d'Ain", "01",
        "0474397900", "190", "79008281200013", lu.ouverte_le, "010780054",
    )  # fmt: skip
    assert str(lu.ouverte_le) == "2008-12-23"
    assert lu.entite_nom == "ASSOCIATION EXEMPLE"


def test_codes_en_objets_et_noms_du_schema_publie_se_lisent_aussi(tmp_path):
    brut = ege(etatObjet={"code": "I", "system": "x"})
    brut["categorieEntiteGeographiqueExercice"] = {"code": brut.pop("categorieentiteGeographiqueExercice")}
    fiche = lue(tmp_path, brut, cle_entite="informationsGeneralesPmej")
    assert (fiche.etablissement.categorie, fiche.ferme, fiche.etablissement.entite) == ("190", True, "010780054")


def test_l_adresse_est_celle_d_usage_03_et_non_la_premiere(tmp_path):
    siege = ADRESSE | {"usageAdresse": "01", "ligneAcheminement": "LYON", "codePostal": "69003", "cogCommune": "69383"}
    assert etablissement(tmp_path, adresse=[siege, ADRESSE]).commune == "Pont-d'Ain"


def test_cedex_et_code_postal_se_lisent_ensemble(tmp_path):
    lu = etablissement(tmp_path, adresse=[adresse(ligneAcheminement="FERNEY VOLTAIRE CEDEX", codePostal="01210")])
    assert (lu.commune, lu.code_postal) == ("Ferney-Voltaire", "01210")


@pytest.mark.parametrize(
    ("cog", "code_postal", "departement"),
    [
        ("2A004", "20000", "2A"), ("", "20200", "2B"), ("", "20167", "2A"), ("97411", "97400", "974"),
        ("97123", "97133", "977"), ("97801", "97150", "978"), ("98613", "98600", "986"), ("75112", "75012", "75"),
    ],
)  # fmt: skip
def test_le_departement_vient_de_la_commune(tmp_path, cog, code_postal, departement):
    assert etablissement(tmp_path, adresse=[adresse(cogCommune=cog, codePostal=code_postal)]).departement == departement


@pytest.mark.parametrize(
    "coordonnees",
    [
        {},
        {"directionLatitude": "5.334156", "directionLongitude": "46.049236"},
        {"coordonneeX": "5.334156", "coordonneeY": "46.049236", "directionLatitude": "6552608.95",
         "directionLongitude": "880459.31"},
        {"coordonneeX": "46.049236", "coordonneeY": "5.334156", "directionLatitude": "", "directionLongitude": ""},
    ],
)  # fmt: skip
def test_les_coordonnees_echangees_reviennent_a_leur_place(tmp_path, coordonnees):
    lu = etablissement(tmp_path, adresse=[adresse(**coordonnees)])
    assert (lu.latitude, lu.longitude) == (46.049236, 5.334156)


def test_outre_mer_aussi_les_coordonnees_se_reconnaissent(tmp_path):
    a_la_reunion = adresse(
        cogCommune="97411", codePostal="97400", directionLatitude="55.45", directionLongitude="-20.88"
    )
    lu = etablissement(tmp_path, adresse=[a_la_reunion])
    assert (lu.latitude, lu.longitude) == (-20.88, 55.45)


def test_des_coordonnees_d_ailleurs_sont_tues_et_signalees(tmp_path):
    ailleurs = adresse(directionLatitude="48000", directionLongitude="2")
    une = lue(tmp_path, ege(adresse=[ailleurs]))
    assert une.etablissement.latitude is None
    assert "coordonnées" in une.avertissement


@pytest.mark.parametrize(
    "saisie", ["0474397900 / 0474397901", "04743979000474397901", "04.74.39.79.00", "tél : 04 74 39 79 00"]
)
def test_d_un_telephone_a_deux_numeros_on_garde_le_premier(tmp_path, saisie):
    assert etablissement(tmp_path, contact=[{"telecom": {"telephone": saisie}}]).telephone == "0474397900"


def test_sans_telephone_ni_contact_rien_ne_manque(tmp_path):
    assert etablissement(tmp_path, contact=[{"telecom": {"telephone": "néant"}}, {}]).telephone == ""


@pytest.mark.parametrize(
    ("champs", "motif"),
    [
        ({"numFinessEge": "12"}, "« 12 » n'est pas un numéro FINESS"),
        ({"nomEgeCourt": "", "nomEgeLong": None}, "le nom manque"),
        ({"categorieentiteGeographiqueExercice": ""}, "n'est pas une catégorie"),
        ({"adresse": [ADRESSE | {"usageAdresse": "01"}]}, "n'a pas d'adresse d'usage 03"),
        ({"adresse": []}, "n'a pas d'adresse d'usage 03"),
        ({"adresse": None}, "n'a pas d'adresse d'usage 03"),
    ],
)
def test_une_fiche_fautive_est_rejetee_avec_son_motif(tmp_path, champs, motif):
    assert motif in lue(tmp_path, ege(**champs)).motif


def test_une_entite_sans_numero_rejette_ses_etablissements(tmp_path):
    assert "entité juridique" in lue(tmp_path, ege(), entite="").motif


def refus(chemin):
    with pytest.raises(FichierRefuse) as erreur:
        lues(chemin)
    return str(erreur.value)


def brut(dossier, contenu):
    chemin = dossier / "finess.json"
    chemin.write_bytes(contenu)
    return chemin


@pytest.mark.parametrize("contenu", [b"{}", b"[]", b'{"pmej": []}', b'[{"numFinessEge": "1"}]', b'{"pmej": "x"}'])
def test_un_json_qui_n_est_pas_finess_plus_est_refuse(tmp_path, contenu):
    assert "n'est pas un extrait FINESS+" in refus(brut(tmp_path, contenu))


def test_ce_qui_n_est_pas_du_json_est_refuse(tmp_path):
    assert "n'est plus du JSON" in refus(brut(tmp_path, b"{pmej: oui}"))
    entier = ecrire_plus(tmp_path, ege(nomEgeCourt="CAMSP DE L'HÉRAULT")).read_text(encoding="utf-8")
    assert "UTF-8" in refus(brut(tmp_path, entier.encode("cp1252")))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("nom", ["finess.json", "finess.json.gz"])
def test_un_fichier_coupe_est_refuse(tmp_path, part, nom):
    chemin = ecrire_plus(tmp_path, *plusieurs_ege(30), fichier=nom)
    entier = chemin.read_bytes()
    chemin.write_bytes(entier[: int(len(entier) * part)])
    assert "téléchargez-le de nouveau" in refus(chemin)


@pytest.fixture
def importe(references, tmp_path):
    def importer(*etablissements, forcer=False, **options):
        chemin = ecrire_plus(tmp_path, *etablissements, **options)
        return importer_finess(chemin=chemin, acteur=None, forcer=forcer)

    return importer


def test_l_import_cree_l_etablissement_son_entite_nommee_et_sa_place(importe):
    fait = importe(ege())
    structure = Structure.objects.get(numero_finess=NUMERO)
    assert (structure.etat, structure.type_id, structure.departement_id) == ("ouvert", "esms", "01")
    assert str(structure.entite_juridique) == "ASSOCIATION EXEMPLE (010780054)"
    assert (structure.latitude, structure.longitude) == (46.049236, 5.334156)
    assert (fait.etat, fait.creees, fait.lignes) == (EtatImport.APPLIQUE, 1, 1)


def test_le_meme_fichier_deux_fois_ne_change_rien(importe):
    importe(*plusieurs_ege(3))
    avant = list(Structure.objects.order_by("pk").values())
    assert (importe(*plusieurs_ege(3)).modifiees, list(Structure.objects.order_by("pk").values())) == (0, avant)


def test_un_etablissement_ferme_l_est_a_sa_date_puis_rouvre(importe):
    importe(ege())
    ferme = importe(ege(etatObjet="I", dateFermeture="2026-05-31"), forcer=True)
    structure = Structure.objects.get(numero_finess=NUMERO)
    assert (structure.etat, str(structure.fermee_le)) == (EtatStructure.FERME, "2026-05-31")
    assert (ferme.fermees, ferme.rapport["fermees"][0][0]) == (1, NUMERO)
    assert importe(ege(), forcer=True).rouvertes == 1
    structure.refresh_from_db()
    assert (structure.etat, structure.fermee_le) == (EtatStructure.OUVERT, None)


def histoire_de_la_fermeture():
    return list(Changement.objects.filter(champ="date de fermeture").values_list("avant", "apres"))


@pytest.mark.parametrize("adresse", [[ADRESSE], []])
def test_une_date_de_fermeture_corrigee_est_reprise_avec_son_histoire(importe, adresse):
    importe(ege())
    importe(ege(etatObjet="I", dateFermeture="2026-05-31", adresse=adresse), forcer=True)
    assert not histoire_de_la_fermeture()
    corrige = importe(ege(etatObjet="I", dateFermeture="2026-04-30", adresse=adresse))
    assert str(Structure.objects.get(numero_finess=NUMERO).fermee_le) == "2026-04-30"
    assert histoire_de_la_fermeture() == [("2026-05-31", "2026-04-30")]
    assert (corrige.modifiees, corrige.fermees, corrige.rapport["champs"]) == (1, 0, {"date de fermeture": 1})


def test_une_date_de_fermeture_apprise_plus_tard_est_reprise_et_n_est_jamais_effacee(importe):
    importe(ege(etatObjet="I"))
    importe(ege(etatObjet="I", dateFermeture="2026-04-30"))
    importe(ege(etatObjet="I"))
    assert str(Structure.objects.get(numero_finess=NUMERO).fermee_le) == "2026-04-30"
    assert histoire_de_la_fermeture() == [("", "2026-04-30")]


def test_un_ferme_sans_adresse_ferme_quand_meme(importe):
    importe(ege())
    fait = importe(ege(etatObjet="I", dateFermeture="2026-05-31", adresse=[]), forcer=True)
    structure = Structure.objects.get(numero_finess=NUMERO)
    assert (structure.etat, structure.commune, fait.rejetees) == (EtatStructure.FERME, "Pont-d'Ain", 0)


def test_un_etablissement_decouvert_ferme_entre_ferme(importe):
    importe(ege(), ege(cle("01000001"), etatObjet="I", dateFermeture="2020-01-01"))
    assert Structure.objects.get(numero_finess=cle("01000001")).etat == EtatStructure.FERME


def test_un_absent_du_format_classique_que_finess_plus_dit_ferme_est_ferme(importe, tmp_path):
    importer_finess(chemin=ecrire(tmp_path, ligne(), ligne(c1=NUMERO, c13="01")), acteur=None)
    importer_finess(chemin=ecrire(tmp_path, ligne(), entete="finess;etalab;111;2026-05-20"), acteur=None, forcer=True)
    assert Structure.objects.get(numero_finess=NUMERO).etat == EtatStructure.ABSENT
    importe(ege(etatObjet="I", dateFermeture="2026-05-15"), forcer=True)
    structure = Structure.objects.get(numero_finess=NUMERO)
    assert (structure.etat, structure.absente_depuis) == (EtatStructure.FERME, None)


def test_une_fiche_rejetee_ne_fait_pas_disparaitre_l_etablissement(importe):
    importe(*plusieurs_ege(200))
    sans_adresse = ege(cle("01000000"), adresse=[])
    fait = importe(sans_adresse, *plusieurs_ege(200)[1:])
    assert (fait.rejetees, fait.absentes) == (1, 0)
    assert Structure.objects.get(numero_finess=cle("01000000")).etat == EtatStructure.OUVERT


def test_des_adresses_toutes_sans_usage_03_refusent_le_fichier_entier(importe):
    importe(*plusieurs_ege(10))
    with pytest.raises(FichierRefuse, match="usage 03"):
        importe(*plusieurs_ege(10, adresse=[ADRESSE | {"usageAdresse": "01"}]))
    assert Structure.objects.filter(numero_finess__startswith="01", etat="ouvert").count() == 10
    assert ImportFiness.objects.first().etat == EtatImport.REFUSE


def test_une_categorie_a_son_libelle_dans_la_nomenclature_ou_son_code(importe):
    importe(ege(), ege(cle("01000001"), categorieentiteGeographiqueExercice="987"))
    assert Categorie.objects.get(code="987").libelle == "Catégorie 987"
    assert Structure.objects.get(numero_finess=NUMERO).categorie.libelle_court == "C.A.M.S.P."


def test_le_nom_de_l_entite_suit_le_fichier_et_le_format_classique_ne_l_efface_pas(importe, tmp_path):
    importe(ege())
    importe(ege(), nom="FONDATION EXEMPLE")
    importer_finess(chemin=ecrire(tmp_path, ligne(c1=NUMERO, c2="010780054", c13="01")), acteur=None, forcer=True)
    assert EntiteJuridique.objects.get().nom == "FONDATION EXEMPLE"


def test_numeros_en_double_et_siret_faux_sont_signales(importe):
    fait = importe(
        *plusieurs_ege(150, siret="79008281200013"), ege(cle("01000000"), siret="1"), ege(siret="79008281200014")
    )
    assert fait.rapport["rejets"] == [(151, f"le numéro {cle('01000000')} est déjà à la ligne 1")]
    assert fait.rapport["avertissements"] == [
        f"{cle('01000000')} : le SIRET 1 est faux",
        f"{NUMERO} : le SIRET 79008281200014 est faux",
    ]
