from structures.mots import cherches, composer, decouper, voisins


def test_accents_casse_abreviations_et_cedex_disparaissent():
    assert decouper("C.A.M.S.P. St-Étienne CEDEX 2, Cœur d'Hérault 12ème") == [
        "camsp", "saint", "etienne", "2", "coeur", "d", "herault", "12e",
    ]  # fmt: skip


def test_un_sigle_espace_se_rejoint():
    assert decouper("C. M. P. P. D'EPINAL") == ["cmpp", "d", "epinal"]


def test_les_articles_ne_comptent_pas_sauf_s_ils_sont_seuls():
    assert cherches("le CAMSP de la Sarthe") == ["camsp", "sarthe"]
    assert cherches("La") == ["la"]


def test_nom_ville_et_reste_sont_separes():
    assert composer(nom="CAMSP", ville="Paris 75012", reste="Paris 75") == " camsp / paris 75012 / paris 75 "


def test_une_seule_faute_fait_un_voisin():
    assert {"levy", "leyv", "lev", "levi", "leavy"} <= voisins("levy") | {"levy"}
    assert "levy" in voisins("lvey") & voisins("leevy") & voisins("ley") & voisins("lery")
    assert "levy" not in voisins("levy")
    assert "levy" not in voisins("liwy")
