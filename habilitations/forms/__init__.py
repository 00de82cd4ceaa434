"""Formulaires de l'assistant et de la gestion : leur forme, et les choix que les lectures offrent."""

from habilitations.forms.assistant import (
    ChoixDuProfil,
    MessageForm,
    NumeroForm,
    ProfilForm,
    RechercheApplicationForm,
    RechercheStructureForm,
    StructureForm,
    TypeStructureForm,
)
from habilitations.forms.communs import TexteLong, barre, mise_en_page
from habilitations.forms.complements import BrouillonForm, ReponseForm
from habilitations.forms.compte import RemiseForm
from habilitations.forms.decisions import Adresses, DecisionForm, NoteForm
from habilitations.forms.droits import FiltresDesDroitsForm, GesteMotiveForm
from habilitations.forms.file import AffectationForm, FiltresForm, MotifGroupeForm
from habilitations.forms.organisation import AbsenceForm, PeriodeForm, PreferencesForm, RevocationForm
from habilitations.forms.revues import RevocationEnRevueForm, RevueForm

__all__ = [
    "AbsenceForm",
    "Adresses",
    "AffectationForm",
    "BrouillonForm",
    "ChoixDuProfil",
    "DecisionForm",
    "FiltresDesDroitsForm",
    "FiltresForm",
    "GesteMotiveForm",
    "MessageForm",
    "MotifGroupeForm",
    "NoteForm",
    "NumeroForm",
    "PeriodeForm",
    "PreferencesForm",
    "ProfilForm",
    "RechercheApplicationForm",
    "RechercheStructureForm",
    "RemiseForm",
    "ReponseForm",
    "RevocationEnRevueForm",
    "RevocationForm",
    "RevueForm",
    "StructureForm",
    "TexteLong",
    "TypeStructureForm",
    "barre",
    "mise_en_page",
]
