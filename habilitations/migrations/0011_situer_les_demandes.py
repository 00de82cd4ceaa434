from itertools import groupby

from django.db import migrations

PAR_LOT = 1_000


def situer(apps, schema_editor):
    """Donne leur étendue aux demandes déjà envoyées ; celles qui portent sur les mêmes secteurs partagent la leur."""
    Demande, StructureDemandee, Etendue, Secteur = (
        apps.get_model("habilitations", nom) for nom in ("Demande", "StructureDemandee", "Etendue", "Secteur")
    )
    par_secteurs = {}
    lignes = (
        StructureDemandee.objects.filter(demande__soumise_le__isnull=False)
        .order_by("demande")
        .values_list("demande", "structure__type", "structure__departement")
    )
    for demande, structures in groupby(lignes.iterator(), key=lambda ligne: ligne[0]):
        secteurs = frozenset((type_, departement) for _, type_, departement in structures)
        par_secteurs.setdefault(secteurs, []).append(demande)
    for secteurs, demandes in par_secteurs.items():
        code = ",".join(sorted(f"{type_}:{departement or ''}" for type_, departement in secteurs))
        etendue = Etendue.objects.create(code=code)
        Secteur.objects.bulk_create(
            Secteur(etendue=etendue, type_id=type_, departement_id=departement) for type_, departement in secteurs
        )
        for debut in range(0, len(demandes), PAR_LOT):
            Demande.objects.filter(pk__in=demandes[debut : debut + PAR_LOT]).update(etendue=etendue)


class Migration(migrations.Migration):

    dependencies = [('habilitations', '0010_etendue')]

    operations = [migrations.RunPython(situer, migrations.RunPython.noop, elidable=True)]
