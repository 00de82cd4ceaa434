"""Police des gabarits : ce qu'aucun ne doit contenir, et qu'aucun ne reste sans emploi."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

RACINE: Path = settings.RACINE
DOSSIER = RACINE / "templates"
GABARITS = sorted(DOSSIER.rglob("*.html"))
TOUS = sorted([*GABARITS, *DOSSIER.rglob("*.txt")])
APPLICATIONS = ["portail", "depot", "habilitations", "accounts", "structures", "courriels", "journal"]
DOCUMENTS_ENTIERS = {"base.html", "courriels/base.html", "accounts/export.html"}
INTERDITS = {
    "style dans la page": r"\sstyle=|<style",
    "script dans la page": r"<script(?![^>]*\ssrc=)|javascript:",
    "gestionnaire d'évènement": r"<[a-z][^>{]*\son[a-z]+=",
    "attribut htmx sans data-": r"\shx-",
    "adresse d'ailleurs": r"""(?:src|action)=["']https?:|<link[^>]*href=["']https?:""",
    "filtre qui désactive l'échappement": r"(?<!{{ fields)\|\s*safe\b|autoescape off",
}


def nom(gabarit: Path) -> str:
    return gabarit.relative_to(DOSSIER).as_posix()


def code() -> str:
    return "\n".join(
        fichier.read_text() for application in APPLICATIONS for fichier in (RACINE / application).rglob("*.py")
    )


def fautes(texte: str) -> list[str]:
    return [faute for faute, motif in INTERDITS.items() if re.search(motif, texte)]


@pytest.mark.parametrize("gabarit", [g for g in GABARITS if nom(g) != "courriels/base.html"], ids=nom)
def test_un_gabarit_respecte_la_politique_de_securite_du_contenu(gabarit):
    assert fautes(gabarit.read_text()) == []


@pytest.mark.parametrize(
    "texte",
    [
        '<p style="color: red">',
        "<script>alert(1)</script>",
        '<a onclick="x()">',
        '<p hx-get="/">',
        '<img src="https://ailleurs.example/i.png">',
        "{{ saisie|safe }}",
    ],
)
def test_la_police_des_gabarits_voit_chaque_faute(texte):
    assert fautes(texte)


@pytest.mark.parametrize("gabarit", GABARITS, ids=nom)
def test_une_page_prolonge_la_base(gabarit):
    texte = gabarit.read_text().lower()
    assert ("<html" in texte) == (nom(gabarit) in DOCUMENTS_ENTIERS)


def test_aucun_gabarit_ne_reste_sans_emploi():
    source = code() + "\n".join(gabarit.read_text() for gabarit in TOUS)
    inutiles = [
        nom(gabarit)
        for gabarit in TOUS
        if nom(gabarit) not in {"403.html", "404.html"}
        and not _est_nomme(gabarit, source)
        and not _remplace_celui_d_une_bibliotheque(nom(gabarit))
    ]
    assert inutiles == []


def _est_nomme(gabarit: Path, source: str) -> bool:
    """« app/page.html », « app/courriels/lettre » sans extension, ou « page » là où le code compose f"app/{page}"."""
    entier = nom(gabarit)
    dossier = entier.rpartition("/")[0]
    compose = f'f"{dossier}/{{' in source and f'"{gabarit.stem}"' in source
    return compose or f'"{entier}"' in source or f'"{entier.removesuffix(".txt")}"' in source


def _remplace_celui_d_une_bibliotheque(gabarit: str) -> bool:
    from django.template.utils import get_app_template_dirs

    return any((Path(dossier) / gabarit).exists() for dossier in get_app_template_dirs("templates"))


def test_chaque_icone_nommee_est_dans_la_planche():
    planche = set(re.findall(r'<symbol id="([^"]+)"', (RACINE / "static/portail/icones.svg").read_text()))
    pages = "\n".join(gabarit.read_text() for gabarit in GABARITS)
    nommees = set(re.findall(r'{% icone "([^"]+)"', pages)) | set(re.findall(r"#([a-z0-9-]+)\"></use>", pages))
    applications = json.loads((RACINE / "fixtures/habilitations/applications.json").read_text())
    assert nommees | {application["icone"] for application in applications} <= planche


def test_la_planche_ne_transporte_que_des_icones_employees():
    planche = set(re.findall(r'<symbol id="([^"]+)"', (RACINE / "static/portail/icones.svg").read_text()))
    applications = (RACINE / "fixtures/habilitations/applications.json").read_text()
    scripts = "\n".join(script.read_text() for script in (RACINE / "static").rglob("*.js"))
    texte = "\n".join(gabarit.read_text() for gabarit in GABARITS) + code() + applications + scripts
    assert sorted(icone for icone in planche if f'"{icone}"' not in texte and f'#{icone}"' not in texte) == []
