"""Le compte rendu d'un import, en français, pour le terminal et pour le support."""

from structures.models import ImportFiness

EXEMPLES = 20


def compte_rendu(importation: ImportFiness) -> list[str]:
    rapport = importation.rapport
    inchangees = max(0, importation.lignes - importation.creees - importation.modifiees)
    date = f", fichier du {importation.date_du_fichier:%d/%m/%Y}" if importation.date_du_fichier else ""
    lignes = [
        f"{importation.fichier}{date}",
        f"SHA-256 : {importation.sha256}",
        f"Établissements lus : {_grouper(importation.lignes)}, dont {_grouper(importation.camsp_cmpp)} CAMSP et CMPP",
        f"Créés : {_grouper(importation.creees)}",
        f"Modifiés : {_grouper(importation.modifiees)}" + _detail(rapport.get("champs", {})),
        f"Inchangés : {_grouper(inchangees)}",
        f"Rouverts : {_grouper(importation.rouvertes)}",
        *_exemples(rapport.get("rouvertes", [])),
        f"Fermés : {_grouper(importation.fermees)}",
        *_exemples(rapport.get("fermees", [])),
        f"Absents du fichier : {_grouper(importation.absentes)}",
        *_exemples(rapport.get("absentes", [])),
        f"Lignes rejetées : {_grouper(importation.rejetees)}",
        *(
            f"  {rapport.get('unite', 'ligne')} {ligne} : {motif}"
            for ligne, motif in rapport.get("rejets", [])[:EXEMPLES]
        ),
    ]
    if avertissements := rapport.get("avertissements"):
        lignes += ["À vérifier :", *(f"  {texte}" for texte in avertissements[:EXEMPLES])]
    if fausses := rapport.get("cles_fausses"):
        lignes.append(f"Numéros à la clé fausse, importés quand même : {', '.join(fausses[:EXEMPLES])}")
    if nouvelles := rapport.get("categories_nouvelles"):
        lignes.append(f"Catégories inconnues de la nomenclature, créées : {', '.join(nouvelles)}")
    if importation.motif:
        lignes.append(f"Refusé : {importation.motif}")
    return lignes


def _grouper(nombre: int) -> str:
    """95 333."""
    return f"{nombre:,}".replace(",", "\u202f")


def _detail(champs: dict[str, int]) -> str:
    return f" ({', '.join(f'{nom} : {_grouper(nombre)}' for nom, nombre in champs.items())})" if champs else ""


def _exemples(structures: list[list[str]]) -> list[str]:
    return [f"  {numero} {nom}, {commune}" for numero, nom, commune in structures[:EXEMPLES]]
