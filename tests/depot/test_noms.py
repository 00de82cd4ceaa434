import pytest
from hypothesis import given
from hypothesis import strategies as st

from depot.juge import noms


@pytest.mark.parametrize(
    ("recu", "garde"),
    [
        ("rapport.xlsx", "rapport.xlsx"),
        ("rapport e\u0301te\u0301.pdf", "rapport été.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\Dupont\\rapport.doc", "rapport.doc"),
        ("rapport\r\nContent-Type: text/html.pdf", "html.pdf"),
        ("rapport\u202excod.pdf", "rapportxcod.pdf"),
        ("\ufeffrapport\u200b.xlsx", "rapport.xlsx"),
        (".pdf", "document.pdf"),
        ("rapport.pdf... ", "rapport.pdf"),
        ("aux.docx", "_aux.docx"),
        ("-rf.pdf", "_rf.pdf"),
        ("<img src=x>.pdf", "_img src=x_.pdf"),
        ("%2e%2e%2fpasswd.pdf", "%2e%2e%2fpasswd.pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("rapport.pdf\x00.exe", "rapport.pdf.exe"),
        ("", "document"),
    ],
)
def test_un_nom_garde_ses_mots_et_perd_ses_pieges(recu, garde):
    assert noms.nettoyer(recu) == garde


@given(st.text(max_size=400))
def test_un_nom_nettoye_n_est_jamais_un_chemin_et_tient_en_200_octets(recu):
    nom = noms.nettoyer(recu)

    assert nom
    assert len(nom.encode()) <= noms.OCTETS_MAX
    assert not set(nom) & set("/\\\r\n\x00")
    assert nom not in {".", ".."}


def test_l_extension_suit_le_contenu():
    assert noms.avec_extension("bilan.xls", "xlsx") == "bilan.xlsx"
    assert noms.avec_extension("Bilan.PDF", "pdf") == "Bilan.PDF"
    assert len(noms.avec_extension("é" * 98 + ".doc", "docx").encode()) <= noms.OCTETS_MAX
