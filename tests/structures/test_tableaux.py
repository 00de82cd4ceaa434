from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest
from pyarrow import parquet

from structures.tableaux import Feuille, en_classeur, en_csv, en_parquet
from structures.views.tableaux import reponse_tableau

FORMULES = ["=1+1", "+33", "-2", "@SOMME(A1)", "\t=1", "\r=1"]


def lire(classeur):
    return list(openpyxl.load_workbook(classeur).active.iter_rows(values_only=True))


@pytest.mark.parametrize("formule", FORMULES)
def test_un_texte_n_est_jamais_une_formule_dans_un_classeur(formule):
    feuille = openpyxl.load_workbook(en_classeur(Feuille("Liste", ["Nom"], [[formule]]))).active

    assert feuille["A2"].data_type == "s"


@pytest.mark.parametrize("formule", FORMULES)
def test_un_texte_n_est_jamais_une_formule_dans_un_csv(formule):
    contenu = b"".join(en_csv(["Nom"], [[formule]])).decode("utf-8-sig")

    assert "'" + formule in contenu


def test_le_csv_s_ouvre_dans_excel_en_francais():
    contenu = b"".join(en_csv(["Nom", "Jour", "Part"], [["Été", date(2026, 3, 1), Decimal("1.5")]]))

    assert contenu == "\ufeffNom;Jour;Part\r\nÉté;01/03/2026;1,5\r\n".encode()


def test_le_classeur_garde_nombres_et_dates():
    lignes = lire(en_classeur(Feuille("Liste", ["N", "Le", "Vide"], [[12, date(2026, 3, 1), None]])))

    assert lignes == [("N", "Le", "Vide"), (12, datetime(2026, 3, 1), None)]  # noqa: DTZ001 — un classeur n'a pas de fuseau


def test_une_heure_est_celle_de_paris():
    midi = datetime(2026, 7, 1, 10, 0, tzinfo=UTC)

    assert lire(en_classeur(Feuille("Liste", ["Le"], [[midi]])))[1] == (datetime(2026, 7, 1, 12, 0),)  # noqa: DTZ001
    assert "01/07/2026 12:00" in b"".join(en_csv(["Le"], [[midi]])).decode()


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
def test_la_reponse_se_telecharge_sous_un_nom_lisible(format_):
    reponse = reponse_tableau("Liste Finess été", ["Nom"], [["a"]], format_=format_)

    assert f'filename="liste-finess-ete.{format_}"' in reponse["Content-Disposition"]
    assert b"".join(reponse)


def test_le_parquet_garde_les_types_et_les_vides():
    lignes = [["a", 1.5, date(2026, 3, 1)], ["b", None, None]]

    table = parquet.read_table(en_parquet(["Nom", "N", "Le"], lignes))

    assert table.to_pylist() == [
        {"Nom": "a", "N": 1.5, "Le": date(2026, 3, 1)},
        {"Nom": "b", "N": None, "Le": None},
    ]


def test_une_colonne_qui_mele_textes_et_nombres_est_tout_en_texte_dans_le_parquet():
    table = parquet.read_table(en_parquet(["N"], [["env. 40"], [40.0]]))

    assert table.column("N").to_pylist() == ["env. 40", "40.0"]
