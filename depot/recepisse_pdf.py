"""Le récépissé d'un dépôt en PDF : une page balisée (titres, paragraphes, figure), lisible par une synthèse vocale."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos

from depot.enums import ECARTES
from depot.models import Document

# La police du portail, figée à deux graisses : en tirer une de la police variable coûterait une seconde par récépissé.
DOSSIER = Path(__file__).parent / "polices"
POLICES = {"": DOSSIER / "atkinson-hyperlegible-next-400.ttf", "B": DOSSIER / "atkinson-hyperlegible-next-700.ttf"}
MARGE, LARGEUR_TERME, COTE_QR = 20, 45, 38
ENCRE, ENCRE_SECONDE, TRAIT = (33, 26, 41), (90, 82, 101), (221, 214, 229)


class _Page(FPDF):
    """Une page dont chaque bloc porte sa balise de structure."""

    def __init__(self, titre: str) -> None:
        super().__init__()
        self.set_title(titre)
        self.set_lang("fr-FR")
        self.set_author(settings.ORGANISATION_NOM_LONG)
        self.set_margin(MARGE)
        self.set_auto_page_break(auto=False)
        for style, fichier in POLICES.items():
            self.add_font("Atkinson", style, fichier)
        self.add_page()

    @contextmanager
    def balise(self, genre: str, alternative: str | None = None) -> Iterator[None]:
        """fpdf2 ne balise de lui-même que les images ; ceci fait de même pour un titre ou un paragraphe."""
        rang = self.struct_builder.next_mcid_for_page(self.page)
        self._add_marked_content(struct_type=f"/{genre}", mcid=rang, alt_text=alternative)
        self._out(f"/{genre} <</MCID {rang}>> BDC")
        yield
        self._out("EMC")

    def _dessinable(self, texte: str) -> str:
        """Le texte, où ce que la police ne sait pas dessiner (un nom de fichier peut tout contenir) devient « ? »."""
        connus = self.fonts["atkinson"].cmap  # type: ignore[union-attr]
        return "".join(signe if ord(signe) in connus else "?" for signe in texte.replace("\u202f", "\u00a0"))

    def ecrire(
        self, texte: str, *, genre: str = "P", taille: float = 11, gras: bool = False, largeur: float = 0
    ) -> None:
        """Un bloc de texte, qui se coupe où il faut ; le suivant vient dessous."""
        self.set_font("Atkinson", "B" if gras else "", taille)
        with self.balise(genre):
            self.multi_cell(
                largeur, taille * 0.5, self._dessinable(texte), align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )


def composer(document: Document) -> bytes:
    """Le récépissé de `document` ; il ne dit que ce que dit sa page, et mène à la vérification publique."""
    adresse = settings.SITE_URL + reverse("depot:verifier_reference", args=[document.reference])
    page = _Page(f"Récépissé de dépôt {document.reference}")
    page.set_text_color(*ENCRE_SECONDE)
    page.ecrire(settings.ORGANISATION_NOM_LONG)
    page.set_text_color(*ENCRE)
    page.ln(4)
    page.ecrire("Récépissé de dépôt", genre="H1", taille=22, gras=True)
    page.ecrire(document.reference, genre="H2", taille=16, gras=True)
    page.ln(5)
    for terme, valeur in _lignes(document):
        _ligne(page, terme, valeur)
    page.ln(6)
    _verification(page, adresse)
    return bytes(page.output())


def _lignes(document: Document) -> list[tuple[str, str]]:
    structure = document.structure
    octets = number_format(document.taille, force_grouping=True)
    return [
        ("Déposé le", date_format(localtime(document.depose_le), "j F Y à H:i")),
        *([("Échéance", "Déposé en retard")] if document.en_retard else []),
        *([("État", document.get_etat_display())] if document.etat in ECARTES else []),
        ("Déposé par", str(document.deposant)),
        ("Structure", f"{structure.nom}, {structure.lieu}"),
        ("N° FINESS", structure.numero_finess or ""),
        ("Rapport", f"{document.get_nature_display()} {document.campagne.annee}"),
        ("Version", str(document.version)),
        ("Fichier", document.nom_fichier),
        ("Taille", f"{octets} octets"),
        ("Empreinte SHA-256", document.sha256),
    ]


def _ligne(page: _Page, terme: str, valeur: str) -> None:
    haut = page.get_y()
    page.set_text_color(*ENCRE_SECONDE)
    page.ecrire(terme, largeur=LARGEUR_TERME)
    page.set_text_color(*ENCRE)
    page.set_xy(MARGE + LARGEUR_TERME, haut)
    page.ecrire(valeur)
    page.ln(1.5)
    page.set_draw_color(*TRAIT)
    page.line(MARGE, page.get_y(), page.w - MARGE, page.get_y())
    page.ln(1.5)


def _verification(page: _Page, adresse: str) -> None:
    haut = page.get_y()
    _qr(page, adresse, haut)
    page.set_left_margin(MARGE + COTE_QR + 8)
    page.set_xy(MARGE + COTE_QR + 8, haut)
    page.ecrire("Vérifier ce récépissé", genre="H2", taille=14, gras=True)
    page.ecrire(
        "Flashez ce code, ou ouvrez l'adresse ci-dessous : la page dit si ce document a été déposé, quand et pour "
        "quelle structure. Elle vérifie aussi un fichier, par son empreinte."
    )
    page.ecrire(adresse)
    page.ln(2)
    page.ecrire(f"Une question ? {settings.COURRIEL_SUPPORT}")


def _qr(page: _Page, adresse: str, haut: float) -> None:
    """Le code dessiné en carrés, net à toute taille ; sa marge de silence est celle de la page."""
    motif = segno.make(adresse, error="m").matrix
    cote = COTE_QR / len(motif)
    page.set_fill_color(*ENCRE)
    with page.balise("Figure", f"Code QR vers {adresse}"):
        for rang, ligne in enumerate(motif):
            for colonne, noir in enumerate(ligne):
                if noir:
                    page.rect(MARGE + colonne * cote, haut + rang * cote, cote, cote, style="F")
