"""Le classeur quantitatif : sa lecture, son modèle, ses contrôles, sa comparaison. Sans base ni Django."""

import io
from dataclasses import replace
from datetime import date

import openpyxl
import pytest
import xlsxwriter

from depot.classeur import comparaison, controle, lecture, modele, plages
from depot.classeur.cellules import Cellule, Genre, Releve, etendre, nommer, normaliser, position
from depot.classeur.modele import Controle, Sorte
from tests.depot import fabrique

COLONNES = [
    "Code", "Feuille", "Cellule", "Libellé", "Sorte", "Obligatoire", "Minimum", "Maximum",
    "Plausible dès", "Plausible jusqu'à", "Valeurs", "Somme de", "Écart (%)",
]  # fmt: skip


def classeur(cellules, feuille="File active", autres=()):
    livre, sortie = openpyxl.Workbook(), io.BytesIO()
    livre.active.title = feuille
    for adresse, valeur in cellules.items():
        livre.active[adresse] = valeur
    for nom in autres:
        livre.create_sheet(nom)
    livre.save(sortie)
    return sortie.getvalue()


@pytest.fixture
def lire(tmp_path):
    def faire(contenu, places, **options):
        chemin = tmp_path / "classeur"
        chemin.write_bytes(contenu)
        return lecture.lire(chemin, places, **options)

    return faire


def une(sorte=Sorte.ENTIER, **champs):
    base = {"code": "enfants", "feuille": "File active", "cellule": "C12", "libelle": "Enfants suivis"}
    return Controle(**base | {"sorte": sorte} | champs)


def juger(contenu, un=None, **autres):
    """Le bilan d'une seule cellule, C12, qui contient cela."""
    un = un or une()
    releve = Releve((un.feuille,), {un.place: contenu} | {(un.feuille, nom): valeur for nom, valeur in autres.items()})
    return controle.controler([un], releve)


def nombre(valeur):
    return Cellule(Genre.NOMBRE, float(valeur))


def texte(valeur):
    return Cellule(Genre.TEXTE, valeur)


# --- Adresses --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("adresse", ["A1", "Z9", "AA10", "ZZ10000"])
def test_une_adresse_va_et_revient(adresse):
    assert nommer(*position(adresse)) == adresse


def test_une_adresse_se_normalise_et_une_plage_s_etend():
    assert normaliser(" $c$12 ") == "C12"
    assert list(etendre("C5:D6; f9")) == ["C5", "D5", "C6", "D6", "F9"]


@pytest.mark.parametrize("adresse", ["", "12", "C", "C0", "AAA1", "A10001", "C5:C4", "A1:ZZ10000"])
def test_une_adresse_impossible_est_refusee(adresse):
    with pytest.raises(ValueError):  # noqa: PT011 -- sans message, l'appelant dit le sien
        list(etendre(adresse))


# --- Lecture ---------------------------------------------------------------------------------------------------------
PLACES = [("File active", nom) for nom in ("B2", "B3", "B4", "B5", "Z99")]
ATTENDUES = [nombre(12), texte("env. 40"), Cellule(Genre.DATE, date(2026, 3, 1)), Cellule(Genre.BOOLEEN, True)]


def test_un_xlsx_se_lit_cellule_par_cellule(lire):
    contenu = classeur({"B2": 12, "B3": " env. 40 ", "B4": date(2026, 3, 1), "B5": True})

    releve, _ = lire(contenu, [*PLACES, ("Absente", "A1")])

    assert [releve.cellules[place] for place in PLACES] == [*ATTENDUES, Cellule(Genre.VIDE)]
    assert ("Absente", "A1") not in releve.cellules
    assert Releve.de_donnees(releve.en_donnees()) == releve


def test_un_ods_se_lit_de_meme(lire):
    releve, _ = lire(fabrique.ods({"File active": [[], ["", 12.0], ["", "env. 40"]]}), PLACES)

    assert [releve.cellules[place] for place in PLACES[:2]] == ATTENDUES[:2]


def test_un_xlsx_protege_par_le_mot_de_passe_par_defaut_se_lit(lire):
    releve, _ = lire(fabrique.chiffre(classeur({"B2": 12}), "VelvetSweatshop"), PLACES)

    assert releve.cellules["File active", "B2"] == nombre(12)


def test_le_resultat_garde_d_une_formule_compte_et_son_absence_se_voit(lire):
    sortie = io.BytesIO()
    with xlsxwriter.Workbook(sortie) as livre:
        feuille = livre.add_worksheet("File active")
        feuille.write_formula("B2", "=6*2", None, 12)
        feuille.write_formula("B3", "=1/0", None, "#DIV/0!")
    releve, _ = lire(sortie.getvalue(), PLACES)
    sans, _ = lire(classeur({"B2": "=6*2"}), PLACES)

    assert releve.cellules["File active", "B2"] == nombre(12)
    assert releve.cellules["File active", "B3"].genre == Genre.NON_CALCULEE
    assert sans.cellules["File active", "B2"].genre == Genre.NON_CALCULEE


def test_une_formule_qui_rend_un_texte_vide_est_une_cellule_vide(lire):
    partie = "xl/worksheets/sheet1.xml"
    paquet = classeur({"B2": '=""'})
    feuille = fabrique.contenu(paquet)[partie].replace(b'<c r="B2">', b'<c r="B2" t="str">')

    releve, _ = lire(fabrique.retouche(paquet, {partie: feuille}), PLACES)

    assert releve.cellules["File active", "B2"].genre == Genre.VIDE


def test_le_nom_d_une_feuille_se_lit_sans_casse_ni_accents(lire):
    releve, _ = lire(classeur({"B2": 12}, "FILE  ACTIVÉ"), [("File activé", "B2")])

    assert releve.cellules["File activé", "B2"] == nombre(12)


# --- Plages nommées --------------------------------------------------------------------------------------------------
def nommee(noms, cellules=()):
    """Un modèle dont les cellules et les noms sont dits, sur les feuilles « File active » et « listes »."""
    sortie = io.BytesIO()
    with xlsxwriter.Workbook(sortie) as livre:
        feuilles = {nom: livre.add_worksheet(nom) for nom in ("File active", "listes")}
        for (feuille, adresse), valeur in dict(cellules).items():
            feuilles[feuille].write(adresse, valeur)
        for nom, designe in noms.items():
            livre.define_name(nom, f"={designe}")
    return sortie.getvalue()


@pytest.fixture
def lire_les_plages(lire):
    def faire(noms, cellules=()):
        contenu = nommee(noms, cellules)
        attendues, fautes = plages.trouver(lire(contenu, [], entiere=modele.FEUILLE)[0])
        controles, autres = plages.comprendre(attendues, lire(contenu, plages.places_a_lire(attendues))[0])
        return controles, [*fautes, *autres]

    return faire


def test_une_cellule_nommee_dit_sa_sorte_et_son_code_et_son_libelle_est_a_sa_gauche(lire_les_plages):
    controles, fautes = lire_les_plages(
        {"entier.enfants": "'File active'!$C$12", "Une_autre": "'File active'!$A$1"},
        {("File active", "A12"): "Enfants suivis", ("File active", "B12"): 3},
    )

    assert not fautes
    assert controles == [une()]


def test_bornes_valeurs_somme_et_facultatif_se_lisent_la_ou_leurs_noms_le_disent(lire_les_plages):
    controles, fautes = lire_les_plages(
        {
            "somme.total": "'File active'!$C$8",
            "somme_de.total": "'File active'!$C$4:$C$7",
            "libelle.total": "listes!$A$1",
            "maximum.total": "listes!$B$1",
            "ecart.total": "listes!$C$1",
            "liste.statut": "listes!$E$9",
            "libelle.statut": "listes!$A$2",
            "valeurs.statut": "listes!$B$2:$B$4",
            "facultatif.statut": "listes!$E$9",
        },
        {
            ("listes", "A1"): "Total",
            ("listes", "B1"): 40.5,
            ("listes", "C1"): 30,
            ("listes", "A2"): "Statut",
            ("listes", "B2"): "Public",
            ("listes", "B4"): "Privé",
        },
    )

    assert not fautes
    total = une(Sorte.SOMME, code="total", cellule="C8", libelle="Total", maximum=40.5, ecart=30.0)
    statut = une(Sorte.LISTE, code="statut", feuille="listes", cellule="E9", libelle="Statut", obligatoire=False)
    assert controles == [
        replace(total, somme_de=("C4", "C5", "C6", "C7")),
        replace(statut, valeurs=("Public", "Privé")),
    ]


@pytest.mark.parametrize(
    ("noms", "phrase"),
    [
        ({"entier.a": "'File active'!$C$4:$C$5"}, "« entier.a » : une seule cellule est attendue, pas C4:C5."),
        ({"minimum.a": "listes!$B$1"}, "« minimum.a » : aucune cellule n'a le code « a »"),
        (
            {"entier.a": "listes!$B$1", "libelle.a": "listes!$A$1", "montant.a": "listes!$B$2"},
            "le code « a » est déjà celui de « entier.a ».",
        ),
        ({"entier.a": "1+1"}, "« 1+1 » n'est pas une plage de cellules"),
        ({"entier.a": "listes!$B$1"}, "« entier.a » : le libellé manque."),
        ({"somme.a": "listes!$B$1", "somme_de.a": "'File active'!$C$4:$C$5"}, "de sa propre feuille."),
    ],
)
def test_un_nom_fautif_se_dit_en_une_phrase(lire_les_plages, noms, phrase):
    libelle = {("listes", "A1"): "Enfants"} if "libelle.a" in noms else {}

    _, [dite] = lire_les_plages(noms, libelle)

    assert phrase in dite


def test_un_modele_ne_nomme_pas_plus_de_cellules_qu_une_feuille_n_en_decrit():
    noms = {f"entier.c{rang}": f"listes!$B${rang + 1}" for rang in range(modele.CONTROLES_MAX + 1)}

    assert plages.trouver(Releve(("listes",), {}, noms))[1] == [
        "Un modèle nomme 500 cellules au plus ; celui-ci en nomme 501."
    ]


# --- Modèle ----------------------------------------------------------------------------------------------------------
def comprendre(*lignes, feuilles=("File active",), colonnes=COLONNES):
    contenu = [[cellule(valeur) for valeur in ligne] for ligne in [colonnes, *lignes]]
    return modele.comprendre(Releve(feuilles), contenu)


def cellule(valeur):
    if valeur is None:
        return Cellule(Genre.VIDE)
    return nombre(valeur) if isinstance(valeur, int) else texte(valeur)


def test_une_ligne_entiere_fait_un_controle_qui_se_garde():
    ligne = ["enfants", "file active", "c12", "Enfants suivis", "Entier", "non", 0, 900, 10, 600, None, None, 30]

    [lu], fautes = comprendre(ligne)

    assert not fautes
    assert lu == une(obligatoire=False, minimum=0, maximum=900, plausible_min=10, plausible_max=600, ecart=30)
    assert Controle.de_donnees(lu.en_donnees()) == lu


@pytest.mark.parametrize(
    ("changements", "faute"),
    [
        ({0: None}, "le code manque."),
        ({1: "Ailleurs"}, "le classeur n'a pas de feuille « Ailleurs »."),
        ({2: "12C"}, "« 12C » n'est pas une cellule, comme C12."),
        ({3: None}, "le libellé manque."),
        ({4: "entiers"}, "la sorte « entiers » n'est pas connue"),
        ({5: "peut-être"}, "« obligatoire » se dit oui ou non"),
        ({6: "zéro"}, "la borne « zéro » ne convient pas"),
        ({6: 10, 7: 3}, "la borne basse dépasse la borne haute."),
        ({4: "liste"}, "une liste dit ses valeurs"),
        ({4: "somme"}, "une somme dit les cellules qu'elle additionne"),
        ({12: 0}, "l'écart est un pourcentage plus grand que zéro."),
    ],
)
def test_une_faute_du_modele_est_dite_avec_sa_ligne(changements, faute):
    ligne = ["enfants", "File active", "C12", "Enfants suivis", "entier", *[None] * 8]
    for rang, valeur in changements.items():
        ligne[rang] = valeur

    controles, [phrase] = comprendre(ligne)

    assert not controles
    assert phrase.startswith("Feuille « contrôles », ligne 2 : ")
    assert faute in phrase


def test_toutes_les_fautes_sont_dites_doublons_compris_et_les_lignes_vides_sautees():
    bonne = ["enfants", "File active", "C12", "Enfants suivis", "entier"]

    controles, fautes = comprendre(bonne, [], bonne, ["autre", *bonne[1:]])

    assert len(controles) == 1
    assert [faute.split(" : ")[0] for faute in fautes] == [f"Feuille « contrôles », ligne {n}" for n in (4, 5)]


def test_une_colonne_absente_ou_une_feuille_vide_se_disent():
    assert comprendre(colonnes=COLONNES[1:])[1] == ["La feuille « contrôles » n'a pas de colonne « code »."]
    assert comprendre()[1] == ["La feuille « contrôles » ne décrit aucune cellule."]
    assert modele.comprendre(Releve(()), [])[1] == ["La feuille « contrôles » est vide."]


# --- Contrôle --------------------------------------------------------------------------------------------------------
def test_une_erreur_nomme_la_feuille_la_cellule_et_ce_qui_est_trouve():
    [erreur] = juger(texte("env. 40")).erreurs

    assert str(erreur) == "Feuille « File active », cellule C12 : un nombre entier est attendu, « env. 40 » trouvé."


@pytest.mark.parametrize(
    ("sorte", "contenu", "valeur"),
    [
        (Sorte.ENTIER, nombre(40), 40.0),
        (Sorte.ENTIER, texte("1 234"), 1234.0),
        (Sorte.NOMBRE, texte("3,5"), 3.5),
        (Sorte.MONTANT, texte("1\u202f234,50 €"), 1234.5),
        (Sorte.DATE, Cellule(Genre.DATE, date(2026, 3, 1)), date(2026, 3, 1)),
        (Sorte.DATE, texte("01/03/2026"), date(2026, 3, 1)),
        (Sorte.TEXTE, nombre(12), "12"),
        (Sorte.LISTE, texte(" PRIVÉ "), "Privé"),
    ],
)
def test_ce_qui_convient_devient_une_valeur(sorte, contenu, valeur):
    bilan = juger(contenu, une(sorte, valeurs=("Public", "Privé")))

    assert bilan.valeurs == {"enfants": valeur}
    assert not bilan.erreurs


@pytest.mark.parametrize(
    ("sorte", "contenu", "phrase"),
    [
        (Sorte.ENTIER, nombre(3.5), "un nombre entier est attendu, « 3,5 » trouvé."),
        (Sorte.ENTIER, Cellule(Genre.BOOLEEN, True), "un nombre entier est attendu, « VRAI » trouvé."),
        (Sorte.NOMBRE, texte("12 €"), "un nombre est attendu, « 12 € » trouvé."),
        (Sorte.NOMBRE, nombre(1e16), "un nombre est attendu"),
        (Sorte.MONTANT, texte("beaucoup"), "un montant en euros est attendu, « beaucoup » trouvé."),
        (Sorte.DATE, nombre(46000), "une date, comme 31/12/2026, est attendue, « 46\u00a0000 » trouvé."),
        (Sorte.DATE, texte("31/02/2026"), "une date, comme 31/12/2026, est attendue, « 31/02/2026 » trouvé."),
        (Sorte.LISTE, texte("Mixte"), "« Mixte » n'est pas dans la liste : Public, Privé."),
        (Sorte.TEXTE, texte("x" * 2001), "le texte dépasse 2000 caractères"),
        (Sorte.ENTIER, Cellule(Genre.NON_CALCULEE), "le résultat de la formule manque. Ouvrez le classeur"),
        (Sorte.ENTIER, Cellule(Genre.VIDE), "« Enfants suivis » n'est pas rempli."),
    ],
)
def test_ce_qui_ne_convient_pas_est_dit(sorte, contenu, phrase):
    bilan = juger(contenu, une(sorte, valeurs=("Public", "Privé")))

    assert not bilan.valeurs
    assert bilan.erreurs[0].phrase.startswith(phrase)


def test_une_cellule_facultative_peut_rester_vide():
    bilan = juger(Cellule(Genre.VIDE), une(obligatoire=False))

    assert not bilan.erreurs
    assert not bilan.valeurs


@pytest.mark.parametrize(("valeur", "phrase"), [(-1, "0 au moins est attendu, « −1 » trouvé"), (901, "900 au plus")])
def test_hors_des_bornes_c_est_une_erreur(valeur, phrase):
    assert juger(nombre(valeur), une(minimum=0, maximum=900)).erreurs[0].phrase.startswith(phrase)


@pytest.mark.parametrize(
    ("valeur", "phrase"), [(5, "5, c'est moins que d'habitude (10 au moins)"), (700, "700, c'est")]
)
def test_hors_du_plausible_c_est_un_avertissement_et_la_valeur_est_lue(valeur, phrase):
    bilan = juger(nombre(valeur), une(plausible_min=10, plausible_max=600))

    assert bilan.valeurs == {"enfants": valeur}
    assert bilan.avertissements[0].phrase.startswith(phrase)


@pytest.mark.parametrize(("borne", "attendu"), [(date(2026, 1, 1), 0), (date(2026, 6, 1), 1)])
def test_une_date_se_borne(borne, attendu):
    un = une(Sorte.DATE, minimum=float(borne.toordinal()))

    assert len(juger(Cellule(Genre.DATE, date(2026, 3, 1)), un).erreurs) == attendu


def test_un_total_faux_dit_le_bon():
    un = une(Sorte.SOMME, somme_de=("C5", "C6", "C7"))

    [erreur] = juger(nombre(40), un, C5=nombre(20), C6=texte("22")).erreurs

    assert erreur.phrase == "le total devrait être 42 (somme de C5 à C7), « 40 » trouvé."
    assert not juger(nombre(42), un, C5=nombre(20), C6=texte("22")).erreurs
    assert not juger(nombre(40), un, C5=texte("vingt"), C6=nombre(1)).erreurs


def test_une_feuille_absente_ne_se_dit_qu_une_fois():
    bilan = controle.controler([une(), une(code="autre", cellule="C13")], Releve(("Autre",)))

    assert [str(erreur) for erreur in bilan.erreurs] == [
        "Feuille « File active » : elle manque dans ce classeur. Repartez du modèle de la campagne."
    ]


# --- Comparaison -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("avant", "apres", "phrase"),
    [
        (412, 165, "412 l'an passé, 165 cette année (\u221260\u00a0%)"),
        (100, 131, "100 l'an passé, 131 cette année (+31\u00a0%)"),
        (100, 130, None),
        (100, 70, None),
        (0, 50, None),
        (None, 50, None),
        (50, None, None),
    ],
)
def test_un_ecart_au_dela_du_seuil_est_a_confirmer(avant, apres, phrase):
    def annee(valeur):
        return {} if valeur is None else {"enfants": float(valeur)}

    avertis = comparaison.avertir(comparaison.comparer([une(ecart=30)], annee(avant), annee(apres)))

    assert [averti.phrase for averti in avertis] == ([phrase] if phrase else [])


def test_sans_seuil_rien_n_est_a_confirmer():
    assert not comparaison.avertir(comparaison.comparer([une()], {"enfants": 1.0}, {"enfants": 900.0}))
