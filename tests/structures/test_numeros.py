import pytest

from structures.finess.numeros import cle_juste, complete_par_un_zero, est_bien_forme, nettoyer


@pytest.mark.parametrize("numero", ["750790073", "010005619", "2A0000154", "970102018", "980600027"])
def test_un_numero_du_registre_a_une_cle_juste(numero):
    assert est_bien_forme(numero)
    assert cle_juste(numero)


@pytest.mark.parametrize("numero", ["750790074", "750790037", "2B0000154"])
def test_une_faute_de_frappe_fausse_la_cle(numero):
    assert not cle_juste(numero)


@pytest.mark.parametrize("saisie", ["", "75079007", "7507900733", "75079007A", "C50790073", "٧50790073"])
def test_neuf_caracteres_a_leur_place_sont_exiges(saisie):
    assert not est_bien_forme(saisie)


def test_espaces_et_minuscules_sont_toleres():
    assert nettoyer(" 2a0 000-154 ") == "2A0000154"


def test_le_zero_perdu_par_un_tableur_est_retrouve():
    assert complete_par_un_zero("10005619") == "010005619"
    assert complete_par_un_zero("10005618") == ""
    assert complete_par_un_zero("750790073") == ""
