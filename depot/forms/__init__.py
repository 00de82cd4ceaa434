"""Formulaires du dépôt : la forme des saisies, jamais les règles."""

from depot.forms.campagnes import MOTIF_MAX, CampagneForm, ProlongationForm, RefusForm, ReouvertureForm
from depot.forms.confirmation import ConfirmationForm
from depot.forms.depots import (
    ACCEPTES,
    FICHIERS_MAX,
    FORMATS,
    ICONE_DE_DEPOT,
    INVITE,
    ChampFichiers,
    ChoixDeStructure,
    Depot,
    PlusieursFichiers,
)
from depot.forms.filtres import FiltresDocuments, FiltresFiness, FiltresMatrice, PublicForm
from depot.forms.publications import PublicationForm, RemplacementForm
from depot.forms.verification import FichierAVerifierForm, VerificationForm

__all__ = [
    "ACCEPTES",
    "FICHIERS_MAX",
    "FORMATS",
    "ICONE_DE_DEPOT",
    "INVITE",
    "MOTIF_MAX",
    "CampagneForm",
    "ChampFichiers",
    "ChoixDeStructure",
    "ConfirmationForm",
    "Depot",
    "FichierAVerifierForm",
    "FiltresDocuments",
    "FiltresFiness",
    "FiltresMatrice",
    "PlusieursFichiers",
    "ProlongationForm",
    "PublicForm",
    "PublicationForm",
    "RefusForm",
    "RemplacementForm",
    "ReouvertureForm",
    "VerificationForm",
]
