"""Table temporaire où l'import dépose le fichier avant de toucher au registre ; mêmes ordres sur les deux bases."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import islice
from types import TracebackType
from typing import Any, Self

from django.db import connection, transaction

from structures.enums import DATE_DE_FERMETURE, ENTREE, ETAT, EtatStructure

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
# Colonnes déposées : le repère d'abord, seul rempli pour une ligne inchangée ou rejetée.
_REPERE = ("ligne integer", "numero varchar(9)", "etat_lu varchar(8)", "empreinte varchar(32)")
_FICHE = ("fermee_lue date", "nom varchar(200)", "nom_long varchar(200)", "adresse varchar(200)",
          "code_postal varchar(5)", "commune varchar(80)", "departement_id varchar(3)", "telephone varchar(20)",
          "categorie_id varchar(4)", "siret varchar(14)", "ouverte_le date", "entite varchar(9)",
          "entite_nom varchar(200)", "latitude double precision", "longitude double precision",
          "mots text")  # fmt: skip
# Une ligne rejetée dit du moins que l'établissement est encore au registre.
REJETE = "rejete"

_CREATION = f"CREATE TEMPORARY TABLE import_finess ({', '.join(_REPERE + _FICHE)})"
_SUPPRESSION = "DROP TABLE IF EXISTS import_finess"
_COPIE = "COPY import_finess ({colonnes}) FROM STDIN"
_INSERTION = "INSERT INTO import_finess ({colonnes}) VALUES ({valeurs})"
# SQLite cherche par index ce que PostgreSQL hache, s'il connaît la table.
_PREPARATION = {
    "postgresql": "ANALYZE import_finess (numero, etat_lu, nom)",
    "sqlite": "CREATE INDEX import_finess_numero ON import_finess (numero)",
}
_PAQUET = 1000
_VIDE = "SELECT NOT EXISTS (SELECT 1 FROM structures_structure WHERE numero_finess IS NOT NULL)"
_SANS_INCONNUE = """
DELETE FROM import_finess WHERE NOT EXISTS (
    SELECT 1 FROM structures_structure s
    WHERE s.numero_finess = import_finess.numero AND s.empreinte = import_finess.empreinte
) RETURNING ligne
"""
# Sur PostgreSQL, ce qui se refait d'un bloc bien plus vite que ligne à ligne : comment l'ôter, comment le remettre.
_ACCESSOIRES = """
SELECT format('ALTER TABLE structures_structure DROP CONSTRAINT %I', conname),
    format('ALTER TABLE structures_structure ADD CONSTRAINT %I %s', conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE conrelid = 'structures_structure'::regclass AND contype = 'f'
UNION ALL
SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
FROM pg_index WHERE indrelid = 'structures_structure'::regclass AND NOT indisunique
"""
_DOUBLONS = """
SELECT t.ligne, t.numero, p.premiere FROM import_finess t
JOIN (
    SELECT numero, MIN(ligne) AS premiere FROM import_finess WHERE etat_lu <> 'rejete'
    GROUP BY numero HAVING COUNT(*) > 1
) p ON p.numero = t.numero
WHERE t.ligne > p.premiere AND t.etat_lu <> 'rejete' ORDER BY t.ligne LIMIT %s
"""
_SANS_DOUBLON = """
DELETE FROM import_finess AS t WHERE etat_lu <> 'rejete' AND EXISTS (
    SELECT 1 FROM import_finess p WHERE p.numero = t.numero AND p.ligne < t.ligne AND p.etat_lu <> 'rejete'
)
"""
# D'une ligne inchangée, la table temporaire ne sait que le numéro : le registre dit le reste.
_EFFECTIFS = """
SELECT COALESCE(t.departement_id, s.departement_id), COUNT(*),
    SUM(CASE WHEN COALESCE(t.categorie_id, s.categorie_id) IN ({categories}) THEN 1 ELSE 0 END)
FROM import_finess t LEFT JOIN structures_structure s ON s.numero_finess = t.numero
WHERE t.etat_lu = 'ouvert' GROUP BY 1 ORDER BY 1
"""
_NOUVELLES = """
SELECT COUNT(*) FROM import_finess t LEFT JOIN structures_structure s ON s.numero_finess = t.numero
WHERE t.nom IS NOT NULL AND s.id IS NULL
"""
_HISTOIRE = "INSERT INTO structures_changement (structure_id, importation_id, champ, avant, apres) "
# Chaque structure lue de nouveau, avant et après ; puis une ligne par champ qui diffère.
_AVANT_ET_APRES = """
WITH paires AS MATERIALIZED (
    SELECT s.id, {colonnes} FROM import_finess t JOIN structures_structure s ON s.numero_finess = t.numero
    JOIN structures_entitejuridique e ON e.id = s.entite_juridique_id
    WHERE t.nom IS NOT NULL AND t.empreinte <> s.empreinte
)
"""
_AVANT = "COALESCE(CAST({source} AS text), '') AS avant_{champ}, COALESCE(CAST(t.{champ} AS text), '') AS apres_{champ}"
_DIFFERENCES = "SELECT id, %s, %s, avant_{champ}, apres_{champ} FROM paires WHERE avant_{champ} <> apres_{champ}"
# D'un établissement déjà fermé, le registre corrige parfois la date.
_FERMETURES_CORRIGEES = """
SELECT s.id, %s, %s, COALESCE(CAST(s.fermee_le AS text), ''), CAST(t.fermee_lue AS text)
FROM import_finess t JOIN structures_structure s ON s.numero_finess = t.numero
WHERE t.etat_lu = 'ferme' AND s.etat = 'ferme' AND t.fermee_lue <> COALESCE(s.fermee_le, '0001-01-01')
"""
_CORRECTION = """
UPDATE structures_structure AS s SET fermee_le = t.fermee_lue FROM import_finess t
WHERE t.numero = s.numero_finess AND t.etat_lu = 'ferme' AND s.etat = 'ferme'
AND t.fermee_lue <> COALESCE(s.fermee_le, '0001-01-01')
"""
_ENTREES = """
INSERT INTO structures_changement (structure_id, importation_id, champ, avant, apres)
SELECT s.id, %s, %s, '', t.etat_lu FROM import_finess t JOIN structures_structure s ON s.numero_finess = t.numero
WHERE t.nom IS NOT NULL AND s.id > %s
"""
_DERNIERE = "SELECT COALESCE(MAX(id), 0) FROM structures_structure"
_COMPTES = "SELECT champ, COUNT(*) FROM structures_changement WHERE importation_id = %s GROUP BY champ"
_MODIFIEES = "SELECT COUNT(DISTINCT structure_id) FROM structures_changement WHERE importation_id = %s"
_ENTITES = """
INSERT INTO structures_entitejuridique (numero_finess, nom)
SELECT entite, MAX(entite_nom) FROM import_finess WHERE nom IS NOT NULL GROUP BY entite
ON CONFLICT (numero_finess) DO UPDATE SET nom = excluded.nom
WHERE excluded.nom <> '' AND excluded.nom <> structures_entitejuridique.nom
"""
_ECRITURE = """
INSERT INTO structures_structure (
    numero_finess, entite_juridique_id, type_id, etat, fermee_le, nom, nom_long, adresse, code_postal, commune,
    departement_id, telephone, categorie_id, siret, ouverte_le, latitude, longitude, mots, empreinte
)
SELECT
    t.numero, e.id, c.type_id, t.etat_lu, t.fermee_lue, t.nom, t.nom_long, t.adresse, t.code_postal, t.commune,
    t.departement_id, t.telephone, t.categorie_id, t.siret, t.ouverte_le, t.latitude, t.longitude, t.mots, t.empreinte
FROM import_finess t
JOIN structures_entitejuridique e ON e.numero_finess = t.entite
JOIN structures_categorie c ON c.code = t.categorie_id
WHERE t.nom IS NOT NULL
"""
_REECRITURE = """
ON CONFLICT (numero_finess) DO UPDATE SET
    entite_juridique_id = excluded.entite_juridique_id, type_id = excluded.type_id, nom = excluded.nom,
    nom_long = excluded.nom_long, adresse = excluded.adresse, code_postal = excluded.code_postal,
    commune = excluded.commune, departement_id = excluded.departement_id, telephone = excluded.telephone,
    categorie_id = excluded.categorie_id, siret = excluded.siret, ouverte_le = excluded.ouverte_le,
    latitude = COALESCE(excluded.latitude, structures_structure.latitude),
    longitude = COALESCE(excluded.longitude, structures_structure.longitude),
    mots = excluded.mots, empreinte = excluded.empreinte
WHERE structures_structure.empreinte <> excluded.empreinte
"""
# Passages d'un état à l'autre : qui, puis ce que la ligne devient.
_PASSAGES = {
    EtatStructure.OUVERT: (
        "etat <> 'ouvert' AND numero_finess IN (SELECT numero FROM import_finess WHERE etat_lu = 'ouvert')",
        "absente_depuis = NULL, fermee_le = NULL",
    ),
    EtatStructure.FERME: (
        "etat <> 'ferme' AND numero_finess IN (SELECT numero FROM import_finess WHERE etat_lu = 'ferme')",
        """absente_depuis = NULL,
        fermee_le = (SELECT fermee_lue FROM import_finess t WHERE t.numero = numero_finess AND t.etat_lu = 'ferme')""",
    ),
    EtatStructure.ABSENT: (
        """etat = 'ouvert' AND numero_finess IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM import_finess t WHERE t.numero = numero_finess)""",
        "absente_depuis = %s",
    ),
}
_PASSEES = """
SELECT s.numero_finess, s.nom, s.commune FROM structures_changement c
JOIN structures_structure s ON s.id = c.structure_id
WHERE c.importation_id = %s AND c.champ = %s AND c.apres = %s ORDER BY s.numero_finess LIMIT %s
"""


class Tampon:
    """La table temporaire, le temps d'un import."""

    def __enter__(self) -> Self:
        self._executer(_SUPPRESSION)
        self._executer(_CREATION)
        self.registre_vide: bool = self._lignes(_VIDE)[0][0]
        return self

    def __exit__(
        self, type_: type[BaseException] | None, erreur: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not connection.needs_rollback:
            self._executer(_SUPPRESSION)

    def reperer(self, reperes: Iterable[tuple[Any, ...]]) -> None:
        """Rang, numéro, état et empreinte de lignes qu'on ne lit pas plus avant."""
        self._copier(_REPERE, reperes)

    def retirer_les_inconnues(self) -> Iterator[int]:
        """Des lignes repérées, ne garde que celles dont le registre tient l'empreinte ; rend le rang des autres."""
        with connection.cursor() as curseur:
            lignes = curseur.stream if connection.vendor == "postgresql" else curseur.execute
            for (ligne,) in lignes(_SANS_INCONNUE):
                yield ligne

    def deposer(self, fiches: Iterable[tuple[Any, ...]]) -> None:
        self._copier(_REPERE + _FICHE, fiches)

    def _copier(self, colonnes: tuple[str, ...], lignes: Iterable[tuple[Any, ...]]) -> None:
        noms = ", ".join(colonne.split()[0] for colonne in colonnes)
        with connection.cursor() as curseur:
            if connection.vendor == "postgresql":
                # Un fichier abîmé se découvre pendant la copie : elle seule est défaite.
                with transaction.atomic(), curseur.copy(_COPIE.format(colonnes=noms)) as copie:
                    for ligne in lignes:
                        copie.write_row(ligne)
            else:
                ordre = _INSERTION.format(colonnes=noms, valeurs=", ".join(["%s"] * len(colonnes)))
                restantes = iter(lignes)
                while paquet := list(islice(restantes, _PAQUET)):
                    curseur.executemany(ordre, paquet)

    def retirer_les_doublons(self, exemples: int) -> tuple[int, list[tuple[int, str, int]]]:
        """Garde la première ligne de chaque numéro ; rend le nombre des autres, et les premières d'entre elles.

        Chaque exemple dit sa ligne, son numéro et la ligne gardée.
        """
        self._executer(_PREPARATION[connection.vendor])
        premiers: list[tuple[int, str, int]] = self._lignes(_DOUBLONS, [exemples])
        return self._executer(_SANS_DOUBLON) if premiers else 0, premiers

    def effectifs(self, categories: Collection[str]) -> tuple[dict[str, int], int]:
        """Les établissements ouverts par département, et combien sont de ces catégories."""
        ordre = _EFFECTIFS.format(categories=", ".join(["%s"] * len(categories)))
        lignes = self._lignes(ordre, list(categories))
        return {departement: nombre for departement, nombre, _ in lignes}, sum(nombre for *_, nombre in lignes)

    @contextmanager
    def sans_index(self) -> Iterator[None]:
        """Sur PostgreSQL, ôte index et clés étrangères des structures et les refait d'un bloc, trois fois plus vite."""
        accessoires = self._lignes(_ACCESSOIRES) if connection.vendor == "postgresql" else []
        if accessoires:
            self._executer("SET CONSTRAINTS ALL IMMEDIATE")
        for oter, _ in accessoires:
            self._executer(oter)
        yield
        for _, remettre in accessoires:
            self._executer(remettre)

    def creer_les_entites(self) -> None:
        self._executer(_ENTITES)

    def compter_les_nouvelles(self) -> int:
        nombre: int = self._lignes(_NOUVELLES)[0][0]
        return nombre

    def retenir_les_changements(self, importation: int) -> tuple[int, dict[str, int]]:
        """Écrit l'histoire, avant `ecrire` ; rend les structures modifiées, et les modifications par champ."""
        sources = {champ: f"s.{champ}" for champ in CHAMPS} | {"entite": "e.numero_finess"}
        paires = ", ".join(_AVANT.format(champ=champ, source=source) for champ, source in sources.items())
        differences = " UNION ALL ".join(_DIFFERENCES.format(champ=champ) for champ in CHAMPS)
        valeurs = [valeur for nom in CHAMPS.values() for valeur in (importation, nom)]
        self._executer(_HISTOIRE + _AVANT_ET_APRES.format(colonnes=paires) + differences, valeurs)
        self._executer(_HISTOIRE + _FERMETURES_CORRIGEES, [importation, DATE_DE_FERMETURE])
        self._executer(_CORRECTION)
        comptes = dict(self._lignes(_COMPTES, [importation]))
        modifiees: int = self._lignes(_MODIFIEES, [importation])[0][0]
        return modifiees, {nom: comptes[nom] for nom in (*CHAMPS.values(), DATE_DE_FERMETURE) if nom in comptes}

    def derniere(self) -> int:
        """La plus récente des structures, avant `ecrire`."""
        numero: int = self._lignes(_DERNIERE)[0][0]
        return numero

    def ecrire(self) -> None:
        """Crée et récrit."""
        self._executer(_ECRITURE if self.registre_vide else _ECRITURE + _REECRITURE)

    def retenir_les_entrees(self, importation: int, derniere: int) -> None:
        """Garde l'histoire de ce que `ecrire` a créé après la structure `derniere`."""
        self._executer(_ENTREES, [importation, ENTREE, derniere])

    def faire_passer(
        self, etat: EtatStructure, importation: int, depuis: date, exemples: int
    ) -> tuple[int, list[tuple[str, str, str]]]:
        """Rouvre, ferme ou marque absent, et en garde l'histoire.

        Rend leur nombre et, des premières, numéro, nom et commune.
        """
        lesquelles, ecriture = _PASSAGES[etat]
        nombre = self._executer(
            f"{_HISTOIRE} SELECT id, %s, %s, etat, %s FROM structures_structure WHERE {lesquelles}",  # noqa: S608 -- rien qui vienne de dehors
            [importation, ETAT, etat.value],
        )
        if not nombre:
            return 0, []
        self._executer(
            f"UPDATE structures_structure SET etat = %s, {ecriture} WHERE {lesquelles}",  # noqa: S608 -- idem
            [etat.value, *([depuis] if "%s" in ecriture else [])],
        )
        return nombre, self._lignes(_PASSEES, [importation, ETAT, etat.value, exemples])

    def _executer(self, ordre: str, valeurs: Sequence[Any] | None = None) -> int:
        with connection.cursor() as curseur:
            curseur.execute(ordre, valeurs)
            nombre: int = curseur.rowcount
            return nombre

    def _lignes(self, ordre: str, valeurs: Sequence[Any] | None = None) -> list[Any]:
        with connection.cursor() as curseur:
            curseur.execute(ordre, valeurs)
            lignes: list[Any] = curseur.fetchall()
            return lignes
