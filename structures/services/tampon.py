"""Table temporaire où l'import dépose le fichier avant de toucher au registre ; mêmes ordres sur les deux bases."""

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, Self

from django.db import connection

# Champs du registre qu'un import écrit, et leur nom dans le compte rendu.
CHAMPS = {
    "nom": "nom",
    "nom_long": "nom complet",
    "adresse": "adresse",
    "code_postal": "code postal",
    "commune": "commune",
    "departement_id": "département",
    "telephone": "téléphone",
    "categorie_id": "catégorie",
    "siret": "SIRET",
    "ouverte_le": "date d'ouverture",
    "entite": "entité juridique",
}
# Une ligne inchangée n'a que ses quatre premières colonnes.
_CREATION = """
CREATE TEMPORARY TABLE import_finess (
    ligne integer, numero varchar(9), departement_lu varchar(3), categorie_lue varchar(4),
    nom varchar(200), nom_long varchar(200), adresse varchar(200), code_postal varchar(5), commune varchar(80),
    departement_id varchar(3), telephone varchar(20), categorie_id varchar(4), siret varchar(14), ouverte_le date,
    entite varchar(9), mots text, empreinte varchar(32)
)
"""
_SUPPRESSION = "DROP TABLE IF EXISTS import_finess"
_COPIE = "COPY import_finess FROM STDIN"
_INSERTION = "INSERT INTO import_finess VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_DOUBLONS = """
SELECT t.ligne, t.numero, p.premiere FROM import_finess t
JOIN (SELECT numero, MIN(ligne) AS premiere FROM import_finess GROUP BY numero HAVING COUNT(*) > 1) p
    ON p.numero = t.numero
WHERE t.ligne > p.premiere ORDER BY t.ligne LIMIT %s
"""
_SANS_DOUBLON = """
DELETE FROM import_finess WHERE ligne NOT IN (SELECT MIN(ligne) FROM import_finess GROUP BY numero)
"""
_PAR_DEPARTEMENT = "SELECT departement_lu, COUNT(*) FROM import_finess GROUP BY departement_lu ORDER BY departement_lu"
_PAR_CATEGORIE = "SELECT categorie_lue, COUNT(*) FROM import_finess GROUP BY categorie_lue"
_COMPTES = """
SELECT COUNT(*) FILTER (WHERE s.id IS NULL), COUNT(s.id),
    COUNT(*) FILTER (WHERE s.nom <> t.nom), COUNT(*) FILTER (WHERE s.nom_long <> t.nom_long),
    COUNT(*) FILTER (WHERE s.adresse <> t.adresse), COUNT(*) FILTER (WHERE s.code_postal <> t.code_postal),
    COUNT(*) FILTER (WHERE s.commune <> t.commune), COUNT(*) FILTER (WHERE s.departement_id <> t.departement_id),
    COUNT(*) FILTER (WHERE s.telephone <> t.telephone), COUNT(*) FILTER (WHERE s.categorie_id <> t.categorie_id),
    COUNT(*) FILTER (WHERE s.siret <> t.siret),
    COUNT(*) FILTER (
        WHERE s.id IS NOT NULL
        AND (s.ouverte_le <> t.ouverte_le OR (s.ouverte_le IS NULL) <> (t.ouverte_le IS NULL))
    ),
    COUNT(*) FILTER (WHERE e.numero_finess <> t.entite)
FROM import_finess t
LEFT JOIN structures_structure s ON s.numero_finess = t.numero
LEFT JOIN structures_entitejuridique e ON e.id = s.entite_juridique_id
WHERE t.empreinte IS NOT NULL
"""
_ENTITES = """
INSERT INTO structures_entitejuridique (numero_finess, nom)
SELECT DISTINCT entite, '' FROM import_finess WHERE empreinte IS NOT NULL
ON CONFLICT (numero_finess) DO NOTHING
"""
_ECRITURE = """
INSERT INTO structures_structure (
    numero_finess, entite_juridique_id, type_id, etat, nom, nom_long, adresse, code_postal, commune, departement_id,
    telephone, categorie_id, siret, ouverte_le, mots, empreinte
)
SELECT
    t.numero, e.id, c.type_id, 'ouvert', t.nom, t.nom_long, t.adresse, t.code_postal, t.commune, t.departement_id,
    t.telephone, t.categorie_id, t.siret, t.ouverte_le, t.mots, t.empreinte
FROM import_finess t
JOIN structures_entitejuridique e ON e.numero_finess = t.entite
JOIN structures_categorie c ON c.code = t.categorie_id
WHERE t.empreinte IS NOT NULL
ON CONFLICT (numero_finess) DO UPDATE SET
    entite_juridique_id = excluded.entite_juridique_id, type_id = excluded.type_id, nom = excluded.nom,
    nom_long = excluded.nom_long, adresse = excluded.adresse, code_postal = excluded.code_postal,
    commune = excluded.commune, departement_id = excluded.departement_id, telephone = excluded.telephone,
    categorie_id = excluded.categorie_id, siret = excluded.siret, ouverte_le = excluded.ouverte_le,
    mots = excluded.mots, empreinte = excluded.empreinte
WHERE structures_structure.empreinte <> excluded.empreinte
"""
_ROUVERTES = """
UPDATE structures_structure SET etat = 'ouvert', absente_depuis = NULL, fermee_le = NULL
WHERE etat <> 'ouvert' AND numero_finess IN (SELECT numero FROM import_finess)
RETURNING numero_finess, nom, commune
"""
_ABSENTES = """
UPDATE structures_structure SET etat = 'absent', absente_depuis = %s
WHERE etat = 'ouvert' AND numero_finess IS NOT NULL AND numero_finess NOT IN (SELECT numero FROM import_finess)
RETURNING numero_finess, nom, commune
"""


class Tampon:
    """La table temporaire, le temps d'un import."""

    def __enter__(self) -> Self:
        self._executer(_SUPPRESSION)
        self._executer(_CREATION)
        return self

    def __exit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not connection.needs_rollback:
            self._executer(_SUPPRESSION)

    def deposer(self, lignes: Sequence[tuple[Any, ...]]) -> None:
        with connection.cursor() as curseur:
            if connection.vendor == "postgresql":
                with curseur.copy(_COPIE) as copie:
                    for ligne in lignes:
                        copie.write_row(ligne)
            else:
                curseur.executemany(_INSERTION, lignes)

    def retirer_les_doublons(self, exemples: int) -> tuple[int, list[tuple[int, str, int]]]:
        """Garde la première ligne de chaque numéro ; rend le nombre des autres, et les premières d'entre elles.

        Chaque exemple dit sa ligne, son numéro et la ligne gardée.
        """
        premiers: list[tuple[int, str, int]] = self._lignes(_DOUBLONS, [exemples])
        if connection.vendor == "postgresql":
            self._executer("ANALYZE import_finess")
        return self._executer(_SANS_DOUBLON) if premiers else 0, premiers

    def par_departement(self) -> dict[str, int]:
        return dict(self._lignes(_PAR_DEPARTEMENT))

    def par_categorie(self) -> dict[str, int]:
        return dict(self._lignes(_PAR_CATEGORIE))

    def creer_les_entites(self) -> None:
        self._executer(_ENTITES)

    def compter_les_changements(self) -> tuple[int, int, dict[str, int]]:
        """Structures nouvelles, structures modifiées, et modifications par champ."""
        creees, modifiees, *par_champ = self._lignes(_COMPTES)[0]
        champs = zip(CHAMPS.values(), par_champ, strict=True)
        return creees, modifiees, {nom: nombre for nom, nombre in champs if nombre}

    def ecrire(self) -> None:
        self._executer(_ECRITURE)

    def rouvrir(self) -> list[tuple[str, str, str]]:
        return self._lignes(_ROUVERTES)

    def marquer_les_absentes(self, depuis: Any) -> list[tuple[str, str, str]]:
        return self._lignes(_ABSENTES, [depuis])

    def _executer(self, ordre: str) -> int:
        with connection.cursor() as curseur:
            curseur.execute(ordre)
            nombre: int = curseur.rowcount
            return nombre

    def _lignes(self, ordre: str, valeurs: Iterable[Any] = ()) -> list[Any]:
        with connection.cursor() as curseur:
            curseur.execute(ordre, list(valeurs))
            lignes: list[Any] = curseur.fetchall()
            return lignes
