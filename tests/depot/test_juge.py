"""Le juge sur des documents faits ici ; le corpus public se mesure par `python -m depot.juge`."""

import io
import struct
import zipfile

import pikepdf
import pytest

from depot.juge import archives, biff, chaine, enclos, pdf
from depot.juge.__main__ import main as mesurer
from depot.juge.verdicts import EXAMEN, PHRASES, Issue, Motif, Nature, Refus, Verdict
from tests.depot import fabrique

DOCUMENT = "Déposez un document .docx, .doc, .odt ou .pdf."
QUANTITATIF, QUALITATIF = Nature.QUANTITATIF, Nature.QUALITATIF


@pytest.fixture
def juger(tmp_path):
    def faire(contenu, nom, nature=None, taille_max=chaine.TAILLE_MAX):
        chemin = tmp_path / "depot"
        chemin.write_bytes(contenu)
        nature = nature or (QUANTITATIF if nom.lower().endswith(("xlsx", "xls", "ods", "xlsm")) else QUALITATIF)
        return chaine.juger(chemin, nature, nom, taille_max)

    return faire


def action(document, **entrees):
    document.Root.OpenAction = pikepdf.Dictionary(**entrees)


@pytest.mark.parametrize(
    ("contenu", "nom", "type_"),
    [
        (fabrique.classeur(), "bilan.xlsx", "xlsx"),
        (fabrique.classeur(), "bilan.xls", "xlsx"),
        (fabrique.document_word(), "rapport.docx", "docx"),
        (fabrique.document_word(), "rapport.doc", "docx"),
        (fabrique.odf(), "bilan.ods", "ods"),
        (fabrique.odf("text"), "rapport.odt", "odt"),
        (fabrique.pdf(), "rapport.PDF", "pdf"),
        (b"\x1b%-12345X@PJL\r\n" + fabrique.pdf(), "imprime.pdf", "pdf"),
        (fabrique.pdf() + b"\r\n" + b"\0" * 500, "rembourre.pdf", "pdf"),
        (fabrique.pdf(encryption=pikepdf.Encryption(owner="x", user="")), "lecture-seule.pdf", "pdf"),
    ],
)
def test_un_document_honnete_est_accepte_sous_son_vrai_type(juger, contenu, nom, type_):
    verdict = juger(contenu, nom)

    assert (verdict.issue, verdict.type) == (Issue.ACCEPTE, type_)


@pytest.mark.parametrize(
    ("contenu", "nom", "phrase"),
    [
        (b"", "vide.pdf", "Le fichier est vide (0 octet)."),
        (b"a;b\n1;2\n", "liste.xlsx", "Ce fichier est un fichier texte. Déposez un classeur .xlsx, .xls ou .ods."),
        (
            b"MZ" + bytes(900),
            "rapport.pdf",
            f"Ce fichier est un programme. {DOCUMENT}",
        ),
        (
            b"\x89PNG\r\n",
            "photo.docx",
            f"Ce fichier est un fichier image. {DOCUMENT}",
        ),
        (b"<html><body>", "page.xls", "Ce fichier est un fichier HTML. Déposez un classeur .xlsx, .xls ou .ods."),
        (fabrique.document_word(), "a.xlsx", "Vous avez déposé un document Word dans la case Excel."),
        (fabrique.classeur(), "a.docx", "Vous avez déposé un classeur Excel dans la case Word ou PDF."),
        (fabrique.pdf(), "a.xls", "Vous avez déposé un document PDF dans la case Excel."),
        (
            fabrique.archive({"a.txt": b"x"}),
            "a.docx",
            "Ce fichier est un fichier compressé. Déposez un document .docx, .doc, .odt ou .pdf.",
        ),
        (
            fabrique.pdf(),
            "rapport.pdf.exe",
            "Ce fichier est un fichier .exe. Déposez un document .docx, .doc, .odt ou .pdf.",
        ),
        (
            fabrique.pdf(),
            "rapport",
            "Ce fichier est un fichier sans extension. Déposez un document .docx, .doc, .odt ou .pdf.",
        ),
    ],
)
def test_ce_qui_n_est_pas_attendu_est_refuse_par_une_phrase_qui_le_nomme(juger, contenu, nom, phrase):
    assert juger(contenu, nom).phrase == phrase


def test_un_fichier_trop_gros_dit_sa_taille(juger):
    assert juger(bytes(2_000_001), "gros.pdf", taille_max=2_000_000).phrase == (
        "Le fichier fait 3 Mo ; le maximum est 2 Mo."
    )


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
@pytest.mark.parametrize(
    ("contenu", "nom"),
    [(fabrique.classeur(), "a.xlsx"), (fabrique.document_word(), "a.docx"), (fabrique.pdf(), "a.pdf")],
)
def test_un_fichier_tronque_est_endommage(juger, contenu, nom, part):
    assert juger(contenu[: int(len(contenu) * part)], nom).motif == Motif.ENDOMMAGE


def test_un_octet_change_dans_une_partie_est_endommage(juger):
    contenu = bytearray(fabrique.archive(fabrique.contenu(fabrique.document_word())))
    with zipfile.ZipFile(io.BytesIO(contenu)) as archive:
        entree = archive.getinfo("word/document.xml")
    contenu[entree.header_offset + 60 + len(entree.filename)] ^= 0x55

    assert juger(bytes(contenu), "a.docx").motif == Motif.ENDOMMAGE


MACRO = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
EXTERNE = (
    b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/%s" '
    b'Target="%s" TargetMode="External"/></Relationships>'
)
CHAMP = (
    b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p>'
    b'<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>DD</w:instrText></w:r>'
    b"<w:r><w:instrText>EAUTO c:\\x</w:instrText></w:r></w:p></w:body></w:document>"
)


@pytest.mark.parametrize(
    ("nom", "parties", "motif"),
    [
        ("a.xlsx", {"xl/vbaProject.bin": b"x"}, Motif.MACROS),
        ("a.xlsx", {"xl/macrosheets/macrosheet1.xml": b"<a/>"}, Motif.MACROS),
        ("a.xlsm", {}, Motif.MACROS),
        ("a.xlsx", {"xl/externalLinks/externalLink1.xml": b"<externalLink><ddeLink/></externalLink>"}, Motif.DDE),
        ("a.xlsx", {"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}, Motif.ENDOMMAGE),
        ("a.xlsx", {"xl/worksheets/sheet1.xml": None}, Motif.ENDOMMAGE),
        ("a.xlsx", {"xl/workbook.xml": None}, Motif.ENDOMMAGE),
        ("a.xlsx", {"xl/media/image1.png": b"MZ" + bytes(200)}, Motif.STRUCTURE),
        ("a.xlsx", {"xl/embeddings/a.zip": fabrique.archive({"a.txt": b"x"})}, Motif.STRUCTURE),
        ("a.docx", {"word/document.xml": CHAMP}, Motif.DDE),
        (
            "a.docx",
            {"word/document.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><w:document xmlns:w="w"/>'},
            Motif.STRUCTURE,
        ),
        (
            "a.docx",
            {"word/_rels/settings.xml.rels": EXTERNE % (b"attachedTemplate", b"https://ailleurs.example/m.dotm")},
            Motif.MODELE_DISTANT,
        ),
        ("a.docx", {"../evasion.xml": b"<a/>"}, Motif.STRUCTURE),
        ("a.docx", {"WORD/DOCUMENT.XML": b"<a/>"}, Motif.STRUCTURE),
        ("a.docx", {"word/media/zeros.bin": bytes(20_000_000)}, Motif.STRUCTURE),
    ],
)
def test_un_paquet_piege_est_refuse_avec_son_motif(juger, nom, parties, motif):
    base = fabrique.document_word() if nom.endswith("docx") else fabrique.classeur()

    assert juger(fabrique.retouche(base, parties), nom).motif == motif


def test_un_format_a_macros_est_refuse_meme_sous_un_autre_nom(juger):
    contenus = fabrique.contenu(fabrique.classeur())["[Content_Types].xml"].decode()
    principal = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    retouche = {"[Content_Types].xml": contenus.replace(principal, MACRO).encode()}

    assert juger(fabrique.retouche(fabrique.classeur(), retouche), "a.xlsx").motif == Motif.MACROS


def test_un_classeur_derriere_un_graphique_est_honnete(juger):
    paquet = fabrique.retouche(fabrique.document_word(), {"word/embeddings/c1.xlsx": fabrique.classeur()})

    assert juger(paquet, "a.docx").issue is Issue.ACCEPTE


def test_un_objet_lie_est_accepte_avec_un_avis(juger):
    lien = EXTERNE % (b"oleObject", b"file:///partage/tableau.xlsx")
    paquet = fabrique.retouche(fabrique.document_word(), {"word/_rels/pied.xml.rels": lien})

    assert len(juger(paquet, "a.docx").avis) == 1


@pytest.mark.parametrize(
    ("parties", "motif"),
    [
        ({"META-INF/manifest.xml": b"<m><encryption-data/></m>"}, Motif.CHIFFRE),
        ({"Basic/Standard/Module1.xml": b"<a/>"}, Motif.MACROS),
        ({"content.xml": b"<a/>"}, Motif.ENDOMMAGE),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet-template"}, Motif.TYPE),
    ],
)
def test_un_opendocument_piege_est_refuse_avec_son_motif(juger, parties, motif):
    assert juger(fabrique.odf("spreadsheet", parties), "a.ods").motif == motif


@pytest.mark.parametrize(
    ("preparer", "motif"),
    [
        (lambda d: action(d, S=pikepdf.Name.JavaScript, JS="app.alert(1)"), Motif.SCRIPT_PDF),
        (lambda d: action(d, S=pikepdf.Name.Launch, F="cmd.exe"), Motif.SCRIPT_PDF),
        (lambda d: action(d, S=pikepdf.Name.URI, URI="https://ailleurs.example"), Motif.SCRIPT_PDF),
        (lambda d: d.Root.__setattr__("AcroForm", pikepdf.Dictionary(XFA="x")), Motif.SCRIPT_PDF),
        (
            lambda d: d.pages[0].obj.__setattr__(
                "AA", pikepdf.Dictionary(O=pikepdf.Dictionary(S=pikepdf.Name.SubmitForm))
            ),
            Motif.SCRIPT_PDF,
        ),
        (lambda d: d.attachments.__setitem__("a.txt", b"x"), Motif.PIECES_JOINTES),
        (lambda d: d.pages.__delitem__(0), Motif.ENDOMMAGE),
    ],
)
def test_un_pdf_actif_est_refuse_avec_son_motif(juger, preparer, motif):
    assert juger(fabrique.pdf(preparer), "a.pdf").motif == motif


def test_un_flux_de_pdf_demesure_est_refuse(juger, monkeypatch):
    monkeypatch.setattr(pdf, "FLUX_MAX", 2_000_000)
    contenu = fabrique.pdf(lambda d: d.Root.__setattr__("Bombe", d.make_stream(bytes(4_000_000))))

    assert juger(contenu, "a.pdf").motif == Motif.STRUCTURE


@pytest.mark.parametrize(("genre", "motif"), [("/Metadata", Motif.STRUCTURE), ("/Image", None)])
def test_un_flux_qui_se_gonfle_sans_mesure_est_refuse_a_moins_d_etre_une_image(juger, monkeypatch, genre, motif):
    monkeypatch.setattr(pdf, "RAPPORT_DES", 1_000_000)
    contenu = fabrique.pdf(
        lambda d: d.Root.__setattr__("Flux", d.make_stream(bytes(4_000_000), Subtype=pikepdf.Name(genre)))
    )

    assert juger(contenu, "a.pdf").motif == motif


def test_un_pdf_a_mot_de_passe_est_refuse(juger):
    contenu = fabrique.pdf(encryption=pikepdf.Encryption(owner="x", user="y"))

    assert juger(contenu, "a.pdf").phrase == PHRASES[Motif.CHIFFRE]


@pytest.mark.parametrize(
    "contenu",
    [
        b"GIF89a" + fabrique.pdf(),
        b"<html>" + fabrique.pdf(),
        fabrique.pdf() + fabrique.archive({"a": b"x"}),
        fabrique.pdf() + b"MZ" + bytes(100),
    ],
)
def test_un_fichier_a_deux_lectures_est_refuse(juger, contenu):
    assert juger(contenu, "a.pdf").motif == Motif.STRUCTURE


@pytest.mark.parametrize(
    ("champ", "valeur", "motif"), [(24, 10, Motif.STRUCTURE), (24, 9_000, Motif.ENDOMMAGE), (16, 1, Motif.ENDOMMAGE)]
)
def test_une_archive_qui_ment_sur_sa_taille_ou_sa_somme_est_refusee(champ, valeur, motif):
    contenu = bytearray(fabrique.archive({"a.xml": b"<a>" + b"x" * 5000 + b"</a>"}))
    struct.pack_into("<I", contenu, contenu.index(b"PK\x01\x02") + champ, valeur)
    fichier = io.BytesIO(contenu)
    archive = archives.ouvrir(fichier)

    with pytest.raises(Refus) as refus:
        list(archives.morceaux(fichier, archive.infolist()[0]))

    assert refus.value.motif == motif


def enregistrement(code, donnees=b""):
    return struct.pack("<HH", code, len(donnees)) + donnees


LIEN_DDE = enregistrement(biff.SUPBOOK, b"\x00\x00\x05\x00\x00cmd\x03/c")


def classeur_biff(genre=0, extra=b""):
    debut = enregistrement(0x0809, bytes(16))
    position = len(debut) + 4 + 10 + len(extra) + 4
    feuille = enregistrement(0x0085, struct.pack("<IBB", position, 0, genre) + bytes(4))
    return debut + feuille + extra + enregistrement(0x000A) + debut + enregistrement(0x000A)


def test_un_xls_honnete_va_jusqu_a_la_fin_de_ses_feuilles():
    biff.juger(classeur_biff())
    assert not biff.est_chiffre(classeur_biff())
    assert biff.est_chiffre(classeur_biff(extra=enregistrement(biff.FILEPASS, bytes(6))))


@pytest.mark.parametrize(
    ("flux", "motif"),
    [
        (classeur_biff(genre=1), Motif.MACROS),
        (classeur_biff()[:-4], Motif.ENDOMMAGE),
        (classeur_biff()[:30], Motif.ENDOMMAGE),
        (b"", Motif.ENDOMMAGE),
        (
            classeur_biff(
                extra=enregistrement(biff.SUPBOOK, b"\x00\x00\x05\x00\x00cmd\x03/c")
                + enregistrement(biff.EXTERNNAME, bytes(6))
            ),
            Motif.DDE,
        ),
    ],
)
def test_un_xls_piege_est_refuse_avec_son_motif(flux, motif):
    with pytest.raises(Refus) as refus:
        biff.juger(flux)

    assert refus.value.motif == motif


@pytest.mark.parametrize(
    ("contenu", "nom", "rendu"),
    [
        (fabrique.word97(), "a.doc", "doc"),
        (fabrique.word97(), "a.docx", "doc"),
        (fabrique.ole({"Workbook": classeur_biff()}), "a.xls", "xls"),
        (fabrique.word97(), "a.xls", Motif.CASE),
        (fabrique.word97(drapeaux=0x0300), "a.doc", Motif.CHIFFRE),
        (fabrique.word97(texte=b'\x13 DDEAUTO c:\\x "y"\x15'), "a.doc", Motif.DDE),
        (fabrique.word97(drapeaux=0), "a.doc", Motif.ENDOMMAGE),
        (fabrique.word97()[:3000], "a.doc", Motif.ENDOMMAGE),
        (fabrique.word97() + fabrique.document_word(), "a.doc", Motif.STRUCTURE),
        (fabrique.ole({"Workbook": classeur_biff(genre=1)}), "a.xls", Motif.MACROS),
        (
            fabrique.ole({"Workbook": classeur_biff(extra=enregistrement(biff.FILEPASS, bytes(6)))}),
            "a.xls",
            Motif.CHIFFRE,
        ),
        (fabrique.ole({"PowerPoint Document": b"x"}), "a.doc", Motif.TYPE),
        (fabrique.ole({"Autre": b"x"}), "a.doc", Motif.ENDOMMAGE),
        (fabrique.chiffre(fabrique.classeur(), "VelvetSweatshop"), "a.xlsx", "xlsx"),
        (fabrique.chiffre(fabrique.classeur(), "secret"), "a.xlsx", Motif.CHIFFRE),
    ],
)
def test_un_document_ole_recoit_son_type_ou_son_motif(juger, contenu, nom, rendu):
    verdict = juger(contenu, nom)

    assert (verdict.type or verdict.motif) == rendu


def test_chaque_motif_a_sa_phrase():
    assert set(PHRASES) == set(Motif)


def test_l_enclos_rend_le_verdict_du_juge(tmp_path):
    chemin = tmp_path / "depot"
    chemin.write_bytes(fabrique.classeur())

    accepte = enclos.juger(chemin, QUANTITATIF, "été.xlsx", chaine.TAILLE_MAX)
    refuse = enclos.juger(chemin, QUALITATIF, "été.xlsx", chaine.TAILLE_MAX)

    assert (accepte.issue, accepte.type) == (Issue.ACCEPTE, "xlsx")
    assert refuse.motif == Motif.CASE
    assert Verdict.de_donnees(refuse.en_donnees()) == refuse


@pytest.fixture
def autre_gardien(monkeypatch):
    """Un gardien à soi, arrêté à la fin : celui des autres tests reste en vie."""
    neuf = enclos.Gardien()
    monkeypatch.setattr(enclos, "gardien", neuf)
    yield neuf
    neuf.arreter()


def lourd(document):
    document.Root.Lourd = document.make_stream(bytes(30_000_000))


@pytest.mark.parametrize(
    ("reglage", "valeur"), [("SECONDES_MAX", 0.001), ("MEMOIRE_MAX", 1_000_000), ("RACINE", "/nulle/part")]
)
def test_une_panne_ou_un_depassement_demande_un_examen_et_n_accuse_pas(
    tmp_path, monkeypatch, autre_gardien, reglage, valeur
):
    chemin = tmp_path / "depot"
    chemin.write_bytes(fabrique.pdf(lourd, compress_streams=False))
    monkeypatch.setattr(enclos, reglage, valeur)

    assert enclos.juger(chemin, QUALITATIF, "a.pdf", chaine.TAILLE_MAX) == EXAMEN


def test_un_enfant_qui_s_arrete_demande_un_examen(tmp_path):
    assert enclos.juger(tmp_path / "absent", QUALITATIF, "a.pdf", chaine.TAILLE_MAX) == EXAMEN


def test_un_gardien_tue_est_relance(tmp_path, autre_gardien):
    chemin = tmp_path / "depot"
    chemin.write_bytes(fabrique.pdf())
    assert enclos.juger(chemin, QUALITATIF, "a.pdf", chaine.TAILLE_MAX).issue is Issue.ACCEPTE
    autre_gardien._processus.kill()
    autre_gardien._processus.wait()

    assert enclos.juger(chemin, QUALITATIF, "a.pdf", chaine.TAILLE_MAX).issue is Issue.ACCEPTE


def test_le_gardien_ne_recoit_aucun_secret_de_l_environnement(tmp_path, monkeypatch, autre_gardien):
    vus = {}

    def espion(commande, **options):
        vus.update(options)
        raise OSError

    monkeypatch.setattr("depot.juge.enclos.subprocess.Popen", espion)
    enclos.juger(tmp_path / "depot", QUALITATIF, "a.pdf", chaine.TAILLE_MAX)

    assert vus["env"] == {}


def test_un_corpus_sans_manifeste_se_dit_en_une_phrase(tmp_path, capsys):
    with pytest.raises(SystemExit):
        mesurer([str(tmp_path)])
    assert "n'existe pas ; nommez-le avec --manifeste." in capsys.readouterr().err


@pytest.mark.parametrize(("attendu", "retour"), [("accept", 0), ("refuse", 1)])
def test_un_corpus_se_mesure_et_chaque_desaccord_est_nomme(tmp_path, capsys, attendu, retour):
    (tmp_path / "bilan.xlsx").write_bytes(fabrique.classeur())
    manifeste = f"path,slot,ext,verdict,reason\nbilan.xlsx,quantitatif,xlsx,{attendu},type\n"
    (tmp_path / "manifest.csv").write_text(manifeste)

    assert mesurer([str(tmp_path)]) == retour

    sortie = capsys.readouterr().out
    assert f"1 fichiers, {retour} désaccords" in sortie
    assert ("bilan.xlsx : attendu type, rendu accepte" in sortie) == bool(retour)
