"""Ligne 7 : les codes éphémères."""

from datetime import timedelta
from unittest.mock import patch

from django.test import Client
from django.utils import timezone

from accounts import connexion_forte, services
from accounts.models import CodeEphemere
from tests.accounts.attaques import liste, sans
from tests.accounts.facteurs import VERIFICATION, autre_que, canal, code_recu, donner_le_mot_de_passe
from tests.accounts.factories import UtilisateurFactory
from tests.accounts.outils import est_connecte


def code_demande():
    """Une personne, le navigateur qui attend son code, et ce code."""
    client, personne = Client(), UtilisateurFactory()
    canal(personne)
    donner_le_mot_de_passe(client, personne)
    return client, personne, code_recu()


def le_code_ouvre(client, code):
    client.post(VERIFICATION, {"code": code})
    return est_connecte(client)


def essais_illimites(poser, settings):
    poser("accounts.services.codes.ESSAIS_PAR_CODE", 100)
    settings.LIMITES = settings.LIMITES | {"facteur": (100, 300)}


@liste(7, "une seule fois", lambda poser, settings: poser("accounts.services.codes.CodeEphemere.objects", SansUsage()))
def un_code_sert_deux_fois():
    client, personne, code = code_demande()
    facteur = personne.facteurs_message.get()
    sceau = client.session[connexion_forte.SCEAU]
    return [services.codes.essayer_code(facteur, code, sceau) for _ in range(2)][-1] == ""


class SansUsage:
    """Le gestionnaire des codes qui ne regarde plus s'ils ont servi."""

    def select_for_update(self):
        return self

    def filter(self, **criteres):
        criteres.pop("utilise_le", None)
        return CodeEphemere._default_manager.filter(**criteres)


@liste(7, "dix minutes", sans("accounts.services.codes.DUREE_CODE", timedelta(days=1)))
def un_code_d_il_y_a_onze_minutes_sert():
    client, _, code = code_demande()
    with patch("accounts.services.codes.timezone.now", return_value=timezone.now() + timedelta(minutes=11)):
        return le_code_ouvre(client, code)


def sceau_commun(poser, settings):
    for module in ("connexion", "verification"):
        poser(f"accounts.views.{module}.sceau", lambda request: "le même pour tous")


@liste(7, "dans la session qui l'a demandé", sceau_commun)
def le_code_d_une_session_sert_dans_une_autre():
    _, personne, code = code_demande()
    ailleurs = Client()
    with patch("accounts.services.codes.secrets.randbelow", return_value=int(autre_que(code))):
        donner_le_mot_de_passe(ailleurs, personne)
    return le_code_ouvre(ailleurs, code)


@liste(7, "haché", sans("accounts.services.codes._hacher", lambda sel, valeur: valeur))
def qui_lit_la_base_lit_le_code():
    _, _, code = code_demande()
    return any(code in str(ligne) for ligne in CodeEphemere.objects.values_list("empreinte", "session"))


@liste(7, "cinq essais", essais_illimites)
def le_sixieme_essai_ouvre():
    client, _, code = code_demande()
    for _ in range(5):
        client.post(VERIFICATION, {"code": autre_que(code)})
    return le_code_ouvre(client, code)
