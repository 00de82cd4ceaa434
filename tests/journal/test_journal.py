from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from journal.contexte import origine
from journal.models import Evenement, JournalImmuable
from journal.services import consigner
from tests.accounts.factories import UtilisateurFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def personne():
    return UtilisateurFactory(prenom="Alix", nom="Morvan")


@pytest.fixture
def evenement(personne):
    return consigner(acteur=personne, action="compte.confirme", objet=personne, avant={"a": 1}, apres={"a": 2})


def test_un_evenement_dit_qui_quoi_sur_quoi_avant_et_apres(evenement, personne):
    evenement.refresh_from_db()
    assert (evenement.acteur, evenement.acteur_nom, evenement.action) == (personne, "Alix Morvan", "compte.confirme")
    assert (evenement.objet_type, evenement.objet_id) == ("accounts.utilisateur", str(personne.pk))
    assert (evenement.avant, evenement.apres) == ({"a": 1}, {"a": 2})


def test_un_evenement_porte_l_adresse_de_la_requete_en_cours(personne):
    with origine("192.0.2.7"):
        assert consigner(acteur=personne, action="essai", objet=personne).adresse == "192.0.2.7"
    assert consigner(acteur=personne, action="essai", objet=personne).adresse is None


@pytest.mark.parametrize("acteur", [None, AnonymousUser()])
def test_sans_personne_connectee_l_acteur_est_le_systeme(personne, acteur):
    evenement = consigner(acteur=acteur, action="essai", objet=personne)
    assert (evenement.acteur_id, evenement.acteur_nom) == (None, "système")


def test_l_histoire_d_un_objet_ne_prend_pas_celle_d_un_autre(evenement, personne):
    consigner(acteur=None, action="essai", objet=UtilisateurFactory())
    assert list(Evenement.objects.sur(personne)) == [evenement]


@pytest.mark.parametrize(
    "geste",
    [
        lambda evenement: evenement.save(),
        lambda evenement: evenement.delete(),
        lambda evenement: Evenement.objects.update(action="autre"),
        lambda evenement: Evenement.objects.all().delete(),
    ],
)
def test_le_code_ne_modifie_ni_ne_supprime_un_evenement(evenement, geste):
    with pytest.raises(JournalImmuable):
        geste(evenement)
    assert Evenement.objects.get().action == "compte.confirme"


@pytest.mark.parametrize("sql", ["UPDATE journal_evenement SET action = 'autre'", "DELETE FROM journal_evenement"])
def test_la_base_refuse_ce_que_le_code_ne_fait_pas(evenement, sql):
    with pytest.raises(DatabaseError, match="ne se modifie pas"), transaction.atomic(), connection.cursor() as curseur:
        curseur.execute(sql)
    assert Evenement.objects.get().action == "compte.confirme"


def test_la_base_laisse_purger_ce_qui_a_plus_de_six_mois(personne, monkeypatch):
    ancien = timezone.now() - timedelta(days=200)
    monkeypatch.setattr("django.utils.timezone.now", lambda: ancien)
    consigner(acteur=personne, action="ancien", objet=personne)
    with connection.cursor() as curseur:
        curseur.execute("DELETE FROM journal_evenement")
    assert not Evenement.objects.exists()
