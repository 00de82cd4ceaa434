"""Formulaires des comptes : la forme des saisies, jamais les règles du domaine."""

from accounts.forms.connexion import ConnexionForm
from accounts.forms.identite import IdentiteForm, ModificationIdentiteForm, NouvelleAdresseForm
from accounts.forms.inscription import InscriptionForm
from accounts.forms.mots_de_passe import (
    AdresseForm,
    ChangementMotDePasseForm,
    ConfirmationAutrementForm,
    ConfirmationForm,
    EnvoiForm,
    MotDePasseForm,
    OubliForm,
    ReinitialisationForm,
)
from accounts.forms.securite import CodeForm, NomDeFacteurForm, TelephoneForm

__all__ = [
    "AdresseForm",
    "ChangementMotDePasseForm",
    "CodeForm",
    "ConfirmationAutrementForm",
    "ConfirmationForm",
    "ConnexionForm",
    "EnvoiForm",
    "IdentiteForm",
    "InscriptionForm",
    "ModificationIdentiteForm",
    "MotDePasseForm",
    "NomDeFacteurForm",
    "NouvelleAdresseForm",
    "OubliForm",
    "ReinitialisationForm",
    "TelephoneForm",
]
