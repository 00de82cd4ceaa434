"""Les notes privées : aux gestionnaires seuls, et supprimées par qui les a écrites."""

import pytest

from habilitations import services
from habilitations.erreurs import DemandeImpossible
from habilitations.models import NotePrivee
from habilitations.services import comptes
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def note():
    return services.ecrire_note(demande=DemandeFactory(), acteur=UtilisateurFactory(), texte=" À rappeler. ")


def test_une_note_a_un_auteur_et_le_journal_tait_son_texte(note):
    assert note.texte == "À rappeler."
    evenement = Evenement.objects.sur(note.demande).get()
    assert evenement.acteur == note.auteur
    assert "rappeler" not in f"{evenement.avant}{evenement.apres}"


def test_une_note_vide_n_est_pas_ecrite():
    with pytest.raises(DemandeImpossible, match="Écrivez la note"):
        services.ecrire_note(demande=DemandeFactory(), acteur=UtilisateurFactory(), texte=" ")


def test_qui_l_a_ecrite_la_supprime_et_deux_clics_ne_la_suppriment_qu_une_fois(note):
    for _ in range(2):
        services.supprimer_note(note=note, acteur=note.auteur)
    assert not NotePrivee.objects.exists()
    assert Evenement.objects.filter(action="demande.note_supprimee").count() == 1


def test_on_ne_supprime_pas_la_note_d_une_autre_personne(note):
    with pytest.raises(DemandeImpossible, match="Seule la personne"):
        services.supprimer_note(note=note, acteur=UtilisateurFactory())
    assert NotePrivee.objects.exists()


def test_une_personne_anonymisee_ne_laisse_pas_de_note_a_son_sujet(note):
    comptes.effacer_les_messages(note.demande.demandeur, None)
    assert not NotePrivee.objects.exists()


def test_les_notes_d_un_compte_reuni_passent_au_compte_garde(note):
    gardee = UtilisateurFactory()
    comptes.fusionner(gardee, note.auteur, None)
    note.refresh_from_db()
    assert note.auteur == gardee
