"""L'annuaire vu par le support : chercher comme les gens cherchent, lire ce que dit le registre."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.db.models import Case, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from journal.lecture_seule import LectureSeule
from structures.comptes_rendus import compte_rendu
from structures.models import Categorie, EntiteJuridique, ImportFiness, Structure, TypeStructure
from structures.queries import rechercher
from structures.views import annuaire, imports

REPONSES_MAX = 200


class Registre(LectureSeule):
    """Le registre et les fichiers de référence font foi : le support lit."""

    show_full_result_count = False


@admin.register(TypeStructure)
class TypeStructureAdmin(Registre):
    list_display = ["libelle", "code", "par_finess"]


@admin.register(Categorie)
class CategorieAdmin(Registre):
    list_display = ["code", "libelle", "libelle_court", "type"]
    list_filter = ["type"]
    list_select_related = ["type"]
    search_fields = ["=code", "libelle", "libelle_court"]


@admin.register(EntiteJuridique)
class EntiteJuridiqueAdmin(Registre):
    list_display = ["numero_finess", "nom"]
    search_fields = ["=numero_finess", "nom"]


@admin.register(Structure)
class StructureAdmin(Registre):
    list_display = ["nom", "numero_finess", "lieu", "categorie", "type", "etat"]
    list_filter = ["etat", "type", "departement__region"]
    list_select_related = ["categorie", "type", "departement"]
    search_fields = ["mots"]
    search_help_text = "N° FINESS, ou mots du nom, de la ville, du département, de la catégorie."

    def get_urls(self) -> list[URLPattern]:
        # Écrire est du support : la vérification en deux étapes de l'administration y vaut aussi.
        vue = self.admin_site.admin_view(annuaire.designer_successeur)
        return [path("<int:numero>/successeur/", vue, name="structures_structure_successeur"), *super().get_urls()]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Structure], search_term: str
    ) -> tuple[QuerySet[Structure], bool]:
        if not search_term.strip():
            return queryset, False
        trouvees = [structure.pk for structure in rechercher(search_term, limite=REPONSES_MAX)]
        queryset = queryset.filter(pk__in=trouvees)
        if ORDER_VAR not in request.GET:
            # La meilleure réponse d'abord, à moins que la personne ait choisi une colonne.
            queryset = queryset.order_by(Case(*(When(pk=pk, then=rang) for rang, pk in enumerate(trouvees)), default=0))
        return queryset, False


@admin.register(ImportFiness)
class ImportFinessAdmin(Registre):
    list_display = [
        "debut", "fichier", "etat", "lignes", "creees", "modifiees", "fermees", "rouvertes", "absentes", "rejetees",
        "suivi",
    ]  # fmt: skip
    change_list_template = "admin/structures/importfiness/change_list.html"
    list_filter = ["etat"]
    date_hierarchy = "debut"
    fields = ["debut", "fin", "par", "etat", "compte_rendu"]

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view
        return [
            path("importer/", vue(imports.importer), name="structures_importfiness_importer"),
            path("<int:numero>/suivi/", vue(imports.suivre), name="structures_importfiness_suivre"),
            path("<int:numero>/tableur/", vue(imports.tableur), name="structures_importfiness_tableur"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        # Sans droit d'ajout, Django tairait le bouton « Importer un fichier ».
        return super().changelist_view(request, (extra_context or {}) | {"has_add_permission": True})

    @admin.display(description="suivi")
    def suivi(self, importation: ImportFiness) -> SafeString:
        adresse = reverse("admin:structures_importfiness_suivre", args=[importation.pk])
        return format_html('<a href="{}">Ce qui a changé</a>', adresse)

    @admin.display(description="compte rendu")
    def compte_rendu(self, importation: ImportFiness) -> SafeString:
        return format_html_join("", "<div>{}</div>", ((ligne,) for ligne in compte_rendu(importation)))
