"""Les verbes de la demande et de l'habilitation."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.enums import EtatCompte
from courriels.models import Courriel
from habilitations import services
from habilitations.enums import (
    A_ENVOYER,
    A_RETIRER,
    DECIDEES,
    TRANSITIONS,
    EtatDemande,
    EtatHabilitation,
    NombreStructures,
    TypeDemande,
)
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Demande, Habilitation, StructureDemandee
from habilitations.services.droits import mois_plus_tard
from journal.models import Evenement
from structures.enums import EtatStructure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    courriel_retenu,
    gestionnaire,
    profil_avec_structures,
    profil_sans_structure,
)
from tests.structures.factories import CategorieFactory, StructureFactory, TypeStructureFactory

pytestmark = pytest.mark.django_db

# Ce que fait chaque verbe : les états d'où il part, celui où il mène.
VERBES = {
    "soumettre": (A_ENVOYER, EtatDemande.EN_ATTENTE),
    "demander_complement": ([EtatDemande.EN_ATTENTE], EtatDemande.A_COMPLETER),
    "retirer_complement": ([EtatDemande.A_COMPLETER], EtatDemande.EN_ATTENTE),
    "repondre": ([EtatDemande.A_COMPLETER], EtatDemande.EN_ATTENTE),
    "accepter": ([EtatDemande.EN_ATTENTE], EtatDemande.ACCEPTEE),
    "refuser": ([EtatDemande.EN_ATTENTE], EtatDemande.REFUSEE),
    "annuler_decision": (DECIDEES, EtatDemande.EN_ATTENTE),
    "annuler": (A_RETIRER, EtatDemande.ANNULEE),
    "retenir": ([EtatDemande.BROUILLON], EtatDemande.A_CONFIRMER),
    "rendre": ([EtatDemande.A_CONFIRMER], EtatDemande.BROUILLON),
}
DE_GESTIONNAIRE = ("accepter", "refuser", "demander_complement", "retirer_complement")
VERBES_DE_REPONSE = ("enregistrer_reponse", "proposer_structure", "ecarter_structure")
VERBES_DE_BROUILLON = ("choisir_profil", "ajouter_structure", "retirer_structure", "enregistrer_message")


def appliquer(verbe: str, demande: Demande) -> Demande:
    parametres = {
        "refuser": {"motif": "Adresse inconnue."},
        "retenir": {"message": "Bonjour"},
        "demander_complement": {"questions": "Quel est votre rôle ?"},
        "repondre": {"reponse": "Directrice."},
        "enregistrer_reponse": {"reponse": "Direc"},
        "proposer_structure": {"structure": StructureFactory()},
        "ecarter_structure": {"structure": StructureFactory()},
        "rendre": {"motif": "Structure fermée."},
        "choisir_profil": {"profil": profil_sans_structure()},
        "ajouter_structure": {"structure": StructureFactory()},
        "retirer_structure": {"structure": StructureFactory()},
        "enregistrer_message": {"message": "Bonjour"},
    }.get(verbe, {})
    acteur = UtilisateurFactory() if verbe in DE_GESTIONNAIRE else demande.demandeur
    if verbe == "annuler_decision" and demande.decideur:
        courriel_retenu(demande)
        acteur = demande.decideur
    return getattr(services, verbe)(demande=demande, acteur=acteur, **parametres)


@pytest.mark.parametrize("verbe", VERBES)
@pytest.mark.parametrize("etat", EtatDemande)
def test_chaque_verbe_ne_part_que_des_etats_de_la_table(etat, verbe):
    # Seule la demande d'une personne à l'adresse encore à confirmer se retient.
    compte = EtatCompte.A_CONFIRMER if verbe == "retenir" else EtatCompte.ACTIF
    demande = DemandeFactory(etat=etat, demandeur=UtilisateurFactory(etat=compte))
    depuis, vers = VERBES[verbe]
    if etat in depuis:
        assert appliquer(verbe, demande).etat == vers
        return
    with pytest.raises(TransitionInterdite):
        appliquer(verbe, demande)
    demande.refresh_from_db()
    assert demande.etat == etat
    assert not Courriel.objects.exists()
    assert not Evenement.objects.exists()


def test_la_table_des_transitions_est_ce_que_font_les_verbes():
    faites = {etat: {vers for depuis, vers in VERBES.values() if etat in depuis} for etat in EtatDemande}
    assert faites == TRANSITIONS


@pytest.mark.parametrize("verbe", VERBES_DE_REPONSE)
@pytest.mark.parametrize("etat", [etat for etat in EtatDemande if etat != EtatDemande.A_COMPLETER])
def test_une_reponse_ne_s_ecrit_que_si_elle_est_attendue(etat, verbe):
    demande = DemandeFactory(etat=etat)
    with pytest.raises(TransitionInterdite):
        appliquer(verbe, demande)
    assert not Evenement.objects.exists()


@pytest.mark.parametrize("verbe", VERBES_DE_BROUILLON)
@pytest.mark.parametrize("etat", [etat for etat in EtatDemande if etat != EtatDemande.BROUILLON])
def test_seul_un_brouillon_se_modifie(etat, verbe):
    demande = DemandeFactory(etat=etat)
    with pytest.raises(TransitionInterdite):
        appliquer(verbe, demande)
    assert not Evenement.objects.exists()


class TestBrouillon:
    def test_deux_clics_ne_commencent_qu_une_demande(self):
        personne, profil = UtilisateurFactory(), profil_avec_structures()
        premiere = services.creer_brouillon(profil=profil, acteur=personne)
        assert services.creer_brouillon(profil=profil, acteur=personne) == premiere
        assert Evenement.objects.sur(premiere).count() == 1

    @pytest.mark.parametrize("ferme", ["profil", "application"])
    def test_un_profil_ferme_ne_se_demande_plus(self, ferme):
        profil = profil_avec_structures()
        profil.ouvert = ferme != "profil"
        profil.application.ouverte = ferme != "application"
        with pytest.raises(DemandeImpossible, match="n'est plus proposé"):
            services.creer_brouillon(profil=profil, acteur=UtilisateurFactory())

    def test_changer_de_profil_garde_les_structures_que_le_nouveau_accepte(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        autre = profil_avec_structures(code="autre", nom="Autre profil")
        services.choisir_profil(demande=demande, profil=autre, acteur=demande.demandeur)
        assert StructureDemandee.objects.get(demande=demande).profil == autre

    def test_changer_de_profil_retire_les_structures_refusees_par_le_nouveau(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        services.choisir_profil(demande=demande, profil=profil_sans_structure(), acteur=demande.demandeur)
        assert not demande.structures.exists()

    def test_changer_pour_un_profil_a_une_structure_garde_la_premiere(self):
        premiere, seconde = StructureFactory(), StructureFactory()
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, pour=[premiere, seconde])
        seul = profil_avec_structures(code="seul", nom="Seul", nombre_structures=NombreStructures.UNE)
        services.choisir_profil(demande=demande, profil=seul, acteur=demande.demandeur)
        assert list(demande.structures.all()) == [premiere]

    def test_rechoisir_le_meme_profil_ne_change_rien(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        services.choisir_profil(demande=demande, profil=demande.profil, acteur=demande.demandeur)
        assert demande.structures.exists()
        assert not Evenement.objects.exists()

    def test_un_profil_sans_structure_n_en_accepte_aucune(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, profil=profil_sans_structure())
        with pytest.raises(DemandeImpossible, match="n'attend aucune structure"):
            services.ajouter_structure(demande=demande, structure=StructureFactory(), acteur=demande.demandeur)

    def test_retirer_une_structure_absente_ne_consigne_rien(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        services.retirer_structure(demande=demande, structure=StructureFactory(), acteur=demande.demandeur)
        assert not Evenement.objects.exists()

    def test_une_structure_s_ajoute_puis_se_retire(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, pour=[])
        structure = StructureFactory()
        for _ in range(2):
            services.ajouter_structure(demande=demande, structure=structure, acteur=demande.demandeur)
        assert list(demande.structures.all()) == [structure]
        services.retirer_structure(demande=demande, structure=structure, acteur=demande.demandeur)
        assert not demande.structures.exists()

    def test_une_structure_fermee_est_refusee(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, pour=[])
        fermee = StructureFactory(etat=EtatStructure.FERME)
        with pytest.raises(DemandeImpossible, match="est fermé"):
            services.ajouter_structure(demande=demande, structure=fermee, acteur=demande.demandeur)

    def test_un_type_que_le_profil_n_accepte_pas_est_refuse(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, pour=[])
        ars = TypeStructureFactory(code="ars", libelle="Agence Régionale de Santé", par_finess=False)
        with pytest.raises(DemandeImpossible, match="n'accepte pas le type"):
            services.ajouter_structure(
                demande=demande,
                structure=StructureFactory(type=ars, categorie=None, numero_finess=None),
                acteur=demande.demandeur,
            )

    def test_une_categorie_que_le_profil_n_accepte_pas_est_refusee(self):
        profil = profil_avec_structures()
        profil.categories.add(CategorieFactory())
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, profil=profil, pour=[])
        ehpad = StructureFactory(categorie=CategorieFactory(code="500", libelle="EHPAD", libelle_court="EHPAD"))
        with pytest.raises(DemandeImpossible, match=r"n'est pas de catégorie C\.A\.M\.S\.P\."):
            services.ajouter_structure(demande=demande, structure=ehpad, acteur=demande.demandeur)

    def test_un_profil_a_une_structure_en_refuse_une_seconde(self):
        profil = profil_avec_structures(nombre_structures=NombreStructures.UNE)
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, profil=profil)
        with pytest.raises(DemandeImpossible, match="n'accepte qu'une structure"):
            services.ajouter_structure(demande=demande, structure=StructureFactory(), acteur=demande.demandeur)

    def test_une_structure_ou_l_on_est_habilite_est_refusee_aussitot(self):
        droit = HabilitationFactory(profil=profil_avec_structures())
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=droit.titulaire, profil=droit.profil, pour=[])
        with pytest.raises(DemandeImpossible, match=f"déjà l'habilitation .* pour {droit.structure.nom}"):
            services.ajouter_structure(demande=demande, structure=droit.structure, acteur=demande.demandeur)

    def test_une_structure_deja_demandee_est_refusee_aussitot(self):
        en_attente = DemandeFactory()
        structure = en_attente.structures.get()
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=en_attente.demandeur, pour=[])
        with pytest.raises(DemandeImpossible, match=f"pour {structure.nom}.* attend déjà une décision"):
            services.ajouter_structure(demande=demande, structure=structure, acteur=demande.demandeur)

    def test_une_habilitation_echue_n_empeche_pas_de_redemander(self):
        hier = timezone.localdate() - timedelta(days=1)
        droit = HabilitationFactory(profil=profil_avec_structures(), fin_le=hier)
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=droit.titulaire, pour=[])
        services.ajouter_structure(demande=demande, structure=droit.structure, acteur=demande.demandeur)
        assert demande.structures.exists()


class TestSoumettre:
    def test_un_accuse_part_et_les_gestionnaires_concernes_sont_avises(self):
        avise = gestionnaire()
        gestionnaire(applications=[ApplicationFactory(code="autre", nom="Autre")])
        demande = DemandeFactory(etat=EtatDemande.BROUILLON)
        services.soumettre(demande=demande, acteur=demande.demandeur, message="Bonjour")
        assert set(Courriel.objects.values_list("destinataire", flat=True)) == {
            demande.demandeur.courriel,
            avise.courriel,
        }
        assert StructureDemandee.objects.get(demande=demande).en_attente

    def test_sans_structure_la_demande_ne_part_pas(self):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, pour=[])
        with pytest.raises(DemandeImpossible, match="Ajoutez au moins une structure"):
            services.soumettre(demande=demande, acteur=demande.demandeur)

    def test_une_structure_fermee_depuis_est_refusee(self):
        fermee = StructureFactory(etat=EtatStructure.FERME)
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, pour=[fermee])
        with pytest.raises(DemandeImpossible, match="est fermé"):
            services.soumettre(demande=demande, acteur=demande.demandeur)

    def test_deux_onglets_sans_structure_n_envoient_qu_une_demande(self):
        personne, profil = UtilisateurFactory(), profil_sans_structure()
        un, deux = (DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne, profil=profil) for _ in range(2))
        services.soumettre(demande=un, acteur=personne)
        with pytest.raises(DemandeImpossible, match="attend déjà une décision"):
            services.soumettre(demande=deux, acteur=personne)

    def test_la_base_interdit_deux_demandes_en_attente_sans_structure(self):
        premiere = DemandeFactory(profil=profil_sans_structure())
        with pytest.raises(IntegrityError), transaction.atomic():
            DemandeFactory(profil=premiere.profil, demandeur=premiere.demandeur)

    def test_la_base_interdit_deux_demandes_en_attente_pour_une_structure(self):
        premiere = DemandeFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            DemandeFactory(demandeur=premiere.demandeur, pour=[premiere.structures.get()])

    def test_qui_tient_deja_le_profil_ajoute_des_structures(self):
        droit = HabilitationFactory(profil=profil_avec_structures())
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=droit.titulaire)
        assert services.soumettre(demande=demande, acteur=droit.titulaire).type == TypeDemande.AJOUT_STRUCTURES

    def test_une_demande_retiree_se_refait(self):
        demande = DemandeFactory()
        services.annuler(demande=demande, acteur=demande.demandeur)
        autre = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=demande.demandeur, pour=[demande.structures.get()])
        assert services.soumettre(demande=autre, acteur=autre.demandeur).etat == EtatDemande.EN_ATTENTE


class TestDecider:
    def test_une_demande_acceptee_ouvre_une_habilitation_par_structure(self):
        structures = [StructureFactory(), StructureFactory()]
        demande = DemandeFactory(pour=structures)
        services.accepter(demande=demande, acteur=UtilisateurFactory())
        droits = Habilitation.objects.actives().filter(titulaire=demande.demandeur, demande=demande)
        assert {droit.structure for droit in droits} == set(structures)

    def test_un_profil_sans_structure_ouvre_une_habilitation_sans_structure(self):
        demande = DemandeFactory(profil=profil_sans_structure())
        services.accepter(demande=demande, acteur=UtilisateurFactory())
        assert Habilitation.objects.actives().get(titulaire=demande.demandeur).structure is None

    def test_le_profil_fixe_la_date_de_fin(self):
        demande = DemandeFactory(profil=profil_avec_structures(duree_mois=36))
        services.accepter(demande=demande, acteur=UtilisateurFactory())
        assert Habilitation.objects.get().fin_le == mois_plus_tard(timezone.localdate(), 36)

    def test_une_habilitation_echue_est_close_et_remplacee(self):
        hier = timezone.localdate() - timedelta(days=1)
        echue = HabilitationFactory(profil=profil_avec_structures(), fin_le=hier)
        demande = DemandeFactory(demandeur=echue.titulaire, pour=[echue.structure])
        services.accepter(demande=demande, acteur=UtilisateurFactory())
        echue.refresh_from_db()
        assert echue.etat == EtatHabilitation.EXPIREE
        assert Habilitation.objects.actives().get(titulaire=echue.titulaire).demande == demande

    def test_un_droit_en_vigueur_n_est_jamais_perdu(self):
        droit = HabilitationFactory(profil=profil_avec_structures())
        demande = DemandeFactory(demandeur=droit.titulaire, pour=[droit.structure])
        services.accepter(demande=demande, acteur=UtilisateurFactory())
        assert Habilitation.objects.actives().get() == droit

    @pytest.mark.parametrize("verbe", ["accepter", "refuser"])
    def test_une_decision_ecrit_un_courriel_et_une_ligne_au_journal(self, verbe):
        demande = DemandeFactory()
        appliquer(verbe, demande)
        assert Courriel.objects.get().destinataire == demande.demandeur.courriel
        assert Evenement.objects.sur(demande).count() == 1

    def test_un_refus_donne_son_motif_dans_le_courriel(self):
        services.refuser(demande=DemandeFactory(), acteur=UtilisateurFactory(), motif="L'adresse n'est pas la bonne.")
        assert "L'adresse n'est pas la bonne." in Courriel.objects.get().texte

    def test_un_refus_sans_motif_n_est_pas_pris(self):
        demande = DemandeFactory()
        with pytest.raises(DemandeImpossible, match="Indiquez le motif"):
            services.refuser(demande=demande, acteur=UtilisateurFactory(), motif="  ")

    def test_une_seconde_decision_dit_qui_a_decide_et_quand(self):
        demande = DemandeFactory(etat=EtatDemande.ACCEPTEE)
        with pytest.raises(TransitionInterdite, match=rf"Déjà traitée par {demande.decideur} le \d\d/\d\d/\d{{4}}"):
            services.refuser(demande=demande, acteur=UtilisateurFactory(), motif="Trop tard.")

    def test_la_base_interdit_de_decider_pour_soi(self):
        demande = DemandeFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            services.accepter(demande=demande, acteur=demande.demandeur)


@pytest.mark.parametrize(
    ("jour", "mois", "attendu"),
    [
        (date(2026, 11, 21), 36, date(2029, 11, 21)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_la_duree_se_compte_en_mois_du_calendrier(jour, mois, attendu):
    assert mois_plus_tard(jour, mois) == attendu


def test_les_references_se_chargent_deux_fois_sans_rien_ecraser():
    from structures.services import charger_references

    charger_references()
    services.charger_references()
    application = ApplicationFactory(code="camsp-cmpp")
    application.description = "Retouchée par le support"
    application.save()
    services.charger_references()
    application.refresh_from_db()
    assert application.description == "Retouchée par le support"
    assert {profil.code for profil in application.profils.all()} == {"gestionnaire", "agent"}
    gestion = application.profils.get(code="gestionnaire")
    assert {categorie.code for categorie in gestion.categories.all()} == {"189", "190"}
