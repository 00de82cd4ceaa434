"""Les pages, jouées sans JavaScript : l'assistant, Mon compte, la file."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courriels.models import Courriel
from habilitations.enums import EtatDemande, EtatHabilitation, NombreStructures, TypeDemande
from habilitations.models import Demande, Habilitation
from habilitations.services import revoquer
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    gestionnaire,
    profil_avec_structures,
    profil_sans_structure,
    structure_a,
)
from tests.structures.factories import StructureFactory, TypeStructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def personne(client):
    personne = UtilisateurFactory(prenom="Paul", nom="Martin")
    client.force_login(personne)
    return personne


@pytest.fixture
def brouillon(personne):
    return DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne, pour=[])


def texte(reponse) -> str:
    return " ".join(reponse.content.decode().replace("&#x27;", "'").split())


class TestAssistant:
    def test_le_parcours_entier_sans_javascript(self, client, personne):
        profil = profil_avec_structures()
        structure = StructureFactory(nom="CAMSP JANINE LEVY", numero_finess="750790073")

        page = texte(client.get("/demande/nouvelle/?q=camsp"))
        assert "Rechercher une application" in page
        assert "?application=camsp-cmpp" in page
        page = texte(client.get("/demande/nouvelle/?application=camsp-cmpp"))
        assert "Choisissez un profil" in page
        reponse = client.post("/demande/nouvelle/?application=camsp-cmpp", {"profil": profil.pk})
        demande = Demande.objects.get(demandeur=personne)
        debut = f"/demande/{demande.pk}"
        assert reponse["Location"] == f"{debut}/structures/"

        page = texte(client.get(f"{debut}/structures/"))
        assert "Structures (0)" in page
        assert "Aucune structure" in page
        assert "Ajouter une structure" in page
        assert "Type de structures" in texte(client.get(f"{debut}/structures/type/"))
        reponse = client.get(f"{debut}/structures/type/?type=esms")
        assert reponse["Location"] == f"{debut}/structures/esms/numero/"
        page = texte(client.get(f"{debut}/structures/esms/numero/?numero=750790073"))
        assert "Rechercher par n°FINESS" in page
        assert "CAMSP JANINE LEVY" in page
        client.post(f"{debut}/structures/ajouter/", {"structure": structure.pk})
        assert "Structures (1)" in texte(client.get(f"{debut}/structures/"))

        page = texte(client.get(f"{debut}/recapitulatif/"))
        for attendu in (
            "Récapitulatif de la demande",
            "Informations d'identification",
            "Application et profil",
            "Structures (1)",
            "N° FINESS : 750790073",
            "Paris 12e Arrondissement (75012)",
            "Joindre un message au gestionnaire",
            "Envoyer ma demande",
            "Annuler ma demande",
        ):
            assert attendu in page
        reponse = client.post(f"{debut}/recapitulatif/", {"message": "Bonjour"}, follow=True)
        page = texte(reponse)
        assert "Votre demande a été soumise." in page
        assert "1 en attente / 0 acceptée / 0 refusée" in page
        demande.refresh_from_db()
        assert (demande.etat, demande.message) == (EtatDemande.EN_ATTENTE, "Bonjour")

    def test_sans_profil_choisi_la_page_le_dit(self, client, personne):
        profil_avec_structures()
        page = texte(client.post("/demande/nouvelle/?application=camsp-cmpp", {}))
        assert "Choisissez un profil avant de continuer." in page
        assert not Demande.objects.exists()

    def test_une_application_fermee_ne_se_propose_pas(self, client, personne):
        ApplicationFactory(ouverte=False)
        assert "CAMSP / CMPP" not in texte(client.get("/demande/nouvelle/"))
        assert client.get("/demande/nouvelle/?application=camsp-cmpp").status_code == 404

    def test_une_application_fermee_depuis_laisse_en_choisir_une_autre(self, client, brouillon):
        brouillon.profil.application.ouverte = False
        brouillon.profil.application.save()
        page = texte(client.get(f"/demande/{brouillon.pk}/application/"))
        assert "Choisissez d'abord une application" in page

    def test_un_profil_sans_structure_saute_l_etape(self, client, personne):
        profil = profil_sans_structure()
        reponse = client.post("/demande/nouvelle/?application=camsp-cmpp", {"profil": profil.pk})
        demande = Demande.objects.get()
        assert reponse["Location"] == f"/demande/{demande.pk}/recapitulatif/"
        assert client.get(f"/demande/{demande.pk}/structures/")["Location"] == f"/demande/{demande.pk}/recapitulatif/"
        client.post(f"/demande/{demande.pk}/recapitulatif/", {"message": ""})
        assert Demande.objects.get().sans_structure

    def test_le_recapitulatif_attend_une_structure(self, client, brouillon):
        reponse = client.get(f"/demande/{brouillon.pk}/recapitulatif/", follow=True)
        assert "Ajoutez au moins une structure avant de continuer." in texte(reponse)

    @pytest.mark.parametrize(
        ("saisie", "phrase"),
        [
            ("123", "Le N°FINESS doit être composé de 9 caractères alphanumériques."),
            ("75079007X", "Le N°FINESS doit être composé de 9 caractères alphanumériques."),
            ("750790074", "comporte une erreur de saisie"),
            ("", "Renseignez un numéro de FINESS"),
        ],
    )
    def test_un_numero_faux_se_corrige_sur_place(self, client, brouillon, saisie, phrase):
        page = texte(client.get(f"/demande/{brouillon.pk}/structures/esms/numero/?numero={saisie}"))
        assert phrase in page
        assert f'value="{saisie}"' in page or not saisie

    def test_le_numero_cherche_pendant_la_saisie(self, client, brouillon):
        StructureFactory(nom="CAMSP JANINE LEVY", numero_finess="750790073")
        adresse = f"/demande/{brouillon.pk}/structures/esms/numero/?numero=7507"
        page = texte(client.get(adresse, headers={"HX-Request": "true"}))
        assert "Ajouter CAMSP JANINE LEVY" in re.sub(r"<[^>]+>", "", page)
        assert "CAMSP JANINE LEVY" not in texte(client.get(adresse))

    def test_la_recherche_globale_montre_de_quoi_reconnaitre_l_etablissement(self, client, brouillon):
        trouvee = StructureFactory(nom="CAMSP JANINE LEVY", mots=" camsp janine levy / paris 75012 / ")
        StructureFactory(nom="CMPP DE RENNES", mots=" cmpp de rennes / rennes 35000 / ")
        page = texte(client.get(f"/demande/{brouillon.pk}/structures/esms/recherche/?q=janine"))
        for attendu in (trouvee.nom, trouvee.numero_finess, trouvee.lieu, trouvee.categorie.libelle):
            assert attendu in page
        assert "CMPP DE RENNES" not in page

    def test_un_type_en_liste_montre_ses_organismes(self, client, personne):
        ars = TypeStructureFactory(code="ars", libelle="Agence Régionale de Santé", par_finess=False)
        profil = profil_avec_structures()
        profil.types_structure.add(ars)
        StructureFactory(type=ars, nom="ARS-BRETAGNE", numero_finess=None, categorie=None)
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne, profil=profil, pour=[])
        reponse = client.get(f"/demande/{demande.pk}/structures/type/?type=ars", follow=True)
        assert "ARS-BRETAGNE" in texte(reponse)

    def test_un_type_que_le_profil_n_accepte_pas_n_a_pas_de_page(self, client, brouillon):
        TypeStructureFactory(code="ars", libelle="Agence Régionale de Santé", par_finess=False)
        assert client.get(f"/demande/{brouillon.pk}/structures/ars/recherche/").status_code == 404

    def test_un_ajout_impossible_dit_pourquoi_et_garde_le_reste(self, client, brouillon):
        droit = HabilitationFactory(titulaire=brouillon.demandeur, profil=brouillon.profil)
        reponse = client.post(
            f"/demande/{brouillon.pk}/structures/ajouter/", {"structure": droit.structure.pk}, follow=True
        )
        assert "Vous avez déjà l'habilitation" in texte(reponse)

    def test_une_structure_se_retire(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        structure = demande.structures.get()
        client.post(f"/demande/{demande.pk}/structures/retirer/", {"structure": structure.pk})
        assert not demande.structures.exists()

    @pytest.mark.parametrize("saisie", ["", "abc", "0"])
    def test_une_structure_qui_n_est_pas_un_numero_n_existe_pas(self, client, brouillon, saisie):
        for geste in ("ajouter", "retirer"):
            adresse = f"/demande/{brouillon.pk}/structures/{geste}/"
            assert client.post(adresse, {"structure": saisie}).status_code == 404

    def test_modifier_garde_le_message_en_cours(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        reponse = client.post(f"/demande/{demande.pk}/message/", {"message": "En cours", "suite": "structures"})
        assert reponse["Location"] == f"/demande/{demande.pk}/structures/"
        assert "En cours" in texte(client.get(f"/demande/{demande.pk}/recapitulatif/"))

    def test_quitter_le_champ_enregistre_le_message_sans_changer_de_page(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        adresse = f"/demande/{demande.pk}/message/"
        assert adresse in texte(client.get(f"/demande/{demande.pk}/recapitulatif/"))
        assert client.post(adresse, {"message": "De fond"}, headers={"HX-Request": "true"}).status_code == 204
        demande.refresh_from_db()
        assert demande.message == "De fond"

    def test_un_enregistrement_de_fond_arrive_apres_l_envoi_ne_dit_rien(self, client, personne):
        demande = DemandeFactory(demandeur=personne)
        reponse = client.post(
            f"/demande/{demande.pk}/message/", {"message": "Trop tard"}, headers={"HX-Request": "true"}
        )
        assert reponse.status_code == 204
        demande.refresh_from_db()
        assert demande.message == ""

    def test_modifier_l_application_depuis_le_recapitulatif(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        reponse = client.post(f"/demande/{demande.pk}/message/", {"message": "", "suite": "application"})
        assert reponse["Location"] == f"/demande/{demande.pk}/application/?retour=recapitulatif"

    def test_reprendre_mene_la_ou_la_demande_en_est_restee(self, client, personne, brouillon):
        assert client.get(f"/demande/{brouillon.pk}/")["Location"].endswith("/structures/")
        complete = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        assert client.get(f"/demande/{complete.pk}/")["Location"].endswith("/recapitulatif/")
        assert client.get(f"/mon-compte/demandes/{complete.pk}/")["Location"] == f"/demande/{complete.pk}/"

    def test_une_demande_abandonnee_ramene_a_mes_demandes(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.ANNULEE, demandeur=personne)
        assert client.get(f"/demande/{demande.pk}/")["Location"] == "/mon-compte/demandes/"

    def test_un_profil_deja_tenu_se_refuse_sur_place(self, client, personne):
        profil = profil_sans_structure()
        HabilitationFactory(titulaire=personne, profil=profil, structure=None)
        page = texte(client.post("/demande/nouvelle/?application=camsp-cmpp", {"profil": profil.pk}))
        assert "Vous avez déjà l'habilitation" in page

    def test_un_envoi_impossible_dit_pourquoi_et_garde_le_message(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        HabilitationFactory(titulaire=personne, profil=demande.profil, structure=demande.structures.get())
        page = texte(client.post(f"/demande/{demande.pk}/recapitulatif/", {"message": "Je garde ceci"}))
        assert "Vous avez déjà l'habilitation" in page
        assert "Je garde ceci" in page

    def test_un_message_trop_long_se_corrige_sur_place(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        page = texte(client.post(f"/demande/{demande.pk}/recapitulatif/", {"message": "a" * 2001}))
        assert "2000" in page
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.BROUILLON

    def test_un_message_trop_long_n_est_pas_perdu_en_revenant_en_arriere(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        reponse = client.post(f"/demande/{demande.pk}/message/", {"message": "b" * 2001, "suite": "precedent"})
        assert "b" * 2001 in texte(reponse)

    def test_un_retour_a_la_ligne_compte_pour_un_caractere(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        client.post(f"/demande/{demande.pk}/recapitulatif/", {"message": "a\r\n" * 999 + "bc"})
        demande.refresh_from_db()
        assert (demande.etat, len(demande.message)) == (EtatDemande.EN_ATTENTE, 2000)

    def test_changer_de_profil_mene_a_l_etape_qui_convient(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        adresse = f"/demande/{demande.pk}/application/"
        assert "checked" in texte(client.get(adresse))
        reponse = client.post(f"{adresse}?application=camsp-cmpp", {"profil": profil_sans_structure().pk})
        assert reponse["Location"] == f"/demande/{demande.pk}/recapitulatif/"

    @pytest.mark.parametrize(
        "page", ["", "application/", "structures/", "structures/type/", "structures/esms/numero/", "recapitulatif/"]
    )
    def test_une_demande_deja_partie_mene_a_sa_page(self, client, personne, page):
        demande = DemandeFactory(demandeur=personne)
        reponse = client.get(f"/demande/{demande.pk}/{page}", follow=True)
        assert reponse.redirect_chain[-1][0] == f"/mon-compte/demandes/{demande.pk}/"
        assert "déjà été envoyée" in texte(reponse)

    def test_un_second_envoi_n_envoie_rien(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        for _ in range(2):
            client.post(f"/demande/{demande.pk}/recapitulatif/", {"message": ""})
        assert Courriel.objects.filter(destinataire=personne.courriel).count() == 1

    @pytest.mark.parametrize(
        ("methode", "page"),
        [
            ("get", ""),
            ("get", "application/"),
            ("post", "application/"),
            ("get", "structures/"),
            ("get", "structures/type/"),
            ("get", "structures/esms/numero/"),
            ("get", "structures/esms/recherche/"),
            ("post", "structures/ajouter/"),
            ("post", "structures/retirer/"),
            ("get", "recapitulatif/"),
            ("post", "recapitulatif/"),
            ("post", "message/"),
        ],
    )
    def test_le_brouillon_d_une_autre_personne_n_existe_pas(self, client, personne, methode, page):
        autre = DemandeFactory(etat=EtatDemande.BROUILLON)
        assert getattr(client, methode)(f"/demande/{autre.pk}/{page}").status_code == 404

    def test_un_champ_en_trop_ne_decide_rien(self, client, personne):
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)
        intrus = {"message": "", "etat": "acceptee", "demandeur": UtilisateurFactory().pk, "decideur": personne.pk}
        client.post(f"/demande/{demande.pk}/recapitulatif/", intrus)
        demande.refresh_from_db()
        assert (demande.etat, demande.demandeur) == (EtatDemande.EN_ATTENTE, personne)

    def test_le_profil_a_une_structure_n_en_propose_pas_d_autre(self, client, personne):
        profil = profil_avec_structures(nombre_structures=NombreStructures.UNE)
        demande = DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne, profil=profil)
        assert "Ajouter une structure" not in texte(client.get(f"/demande/{demande.pk}/structures/"))


class TestMonCompte:
    def test_les_demandes_se_montrent_avec_leur_etat_et_leur_motif(self, client, personne):
        DemandeFactory(demandeur=personne, type=TypeDemande.AJOUT_STRUCTURES)
        DemandeFactory(demandeur=personne, etat=EtatDemande.REFUSEE)
        DemandeFactory(demandeur=personne, etat=EtatDemande.BROUILLON)
        DemandeFactory(demandeur=personne, etat=EtatDemande.ANNULEE, profil=profil_sans_structure())
        DemandeFactory(message="Secret d'une autre personne")
        page = texte(client.get("/mon-compte/demandes/"))
        for attendu in (
            "1 en attente / 0 acceptée / 1 refusée",
            "Ajout de structures",
            "Adresse inconnue.",
            "Reprendre",
        ):
            assert attendu in page
        assert "Secret d'une autre personne" not in page
        assert "Agent CNSA" not in page

    def test_sans_demande_la_page_propose_d_en_faire_une(self, client, personne):
        assert "Vous n'avez fait aucune demande" in texte(client.get("/mon-compte/demandes/"))

    def test_une_demande_en_attente_se_retire_apres_confirmation(self, client, personne):
        demande = DemandeFactory(demandeur=personne)
        adresse = f"/mon-compte/demandes/{demande.pk}/supprimer/"
        assert "Supprimer cette demande" in texte(client.get(adresse))
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.EN_ATTENTE
        client.post(adresse)
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.ANNULEE

    @pytest.mark.parametrize("methode", ["get", "post"])
    def test_une_demande_decidee_ne_se_retire_plus(self, client, personne, methode):
        demande = DemandeFactory(demandeur=personne, etat=EtatDemande.ACCEPTEE)
        reponse = getattr(client, methode)(f"/mon-compte/demandes/{demande.pk}/supprimer/", follow=True)
        assert "n'attend plus" in texte(reponse) or "Déjà traitée par" in texte(reponse)
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.ACCEPTEE

    @pytest.mark.parametrize("page", ["", "supprimer/"])
    def test_la_demande_d_une_autre_personne_n_existe_pas(self, client, personne, page):
        assert client.get(f"/mon-compte/demandes/{DemandeFactory().pk}/{page}").status_code == 404

    @pytest.mark.parametrize("etat", [EtatDemande.EN_ATTENTE, EtatDemande.ACCEPTEE, EtatDemande.REFUSEE])
    def test_chaque_demande_a_sa_page(self, client, personne, etat):
        demande = DemandeFactory(demandeur=personne, etat=etat)
        assert demande.get_etat_display() in texte(client.get(f"/mon-compte/demandes/{demande.pk}/"))

    def test_les_habilitations_en_vigueur_se_montrent_et_elles_seules(self, client, personne):
        droit = HabilitationFactory(titulaire=personne)
        passee = HabilitationFactory(titulaire=personne, etat=EtatHabilitation.REVOQUEE)
        autre = HabilitationFactory()
        page = texte(client.get("/mon-compte/habilitations/"))
        assert droit.structure.nom in page
        assert passee.structure.nom not in page
        assert autre.structure.nom not in page

    def test_renoncer_demande_confirmation_puis_ferme_l_application(self, client, personne):
        droit = HabilitationFactory(titulaire=personne)
        adresse = f"/mon-compte/habilitations/{droit.pk}/renoncer/"
        assert "Renoncer à cette habilitation" in texte(client.get(adresse))
        assert Habilitation.objects.actives().exists()
        client.post(adresse)
        assert not Habilitation.objects.actives().exists()
        assert "n'est plus en vigueur" in texte(client.post(adresse, follow=True))
        assert "n'est plus en vigueur" in texte(client.get(adresse, follow=True))

    def test_on_ne_renonce_pas_au_droit_d_une_autre_personne(self, client, personne):
        droit = HabilitationFactory()
        assert client.post(f"/mon-compte/habilitations/{droit.pk}/renoncer/").status_code == 404
        assert Habilitation.objects.actives().filter(pk=droit.pk).exists()


class TestFile:
    @pytest.fixture
    def decideuse(self, client):
        decideuse = gestionnaire()
        client.force_login(decideuse)
        return decideuse

    def test_la_file_montre_et_compte_ce_qui_attend_et_l_onglet_ouvert(self, client, decideuse):
        attend, traitee = DemandeFactory(), DemandeFactory(etat=EtatDemande.ACCEPTEE)
        page = texte(client.get("/gestion/demandes/"))
        for attendu in ("À traiter (1)", str(attend.demandeur), f'href="{attend.pk}/?'):
            assert attendu in page
        assert traitee.demandeur.courriel not in page
        page = texte(client.get("/gestion/demandes/?etat=toutes"))
        for attendu in ("À traiter (1)", "Toutes (2)", traitee.demandeur.courriel):
            assert attendu in page

    def test_une_liste_trop_longue_s_arrete_et_renvoie_aux_filtres(self, client, decideuse, monkeypatch):
        monkeypatch.setattr("habilitations.views.gestion.file.PLAFOND", 2)
        DemandeFactory.create_batch(3)
        page = texte(client.get("/gestion/demandes/"))
        assert "À traiter (plus de 2)" in page
        assert "Les 2 premières demandes : précisez les filtres" in page

    def test_la_file_ne_montre_rien_des_autres_portefeuilles(self, client, decideuse):
        ailleurs = DemandeFactory(profil=ProfilFactory(application=ApplicationFactory(code="extranet", nom="Extranet")))
        assert ailleurs.demandeur.courriel not in texte(client.get("/gestion/demandes/?etat=toutes"))

    @pytest.mark.parametrize(("methode", "page"), [("get", ""), ("post", "accepter/"), ("post", "refuser/")])
    def test_la_demande_d_un_autre_portefeuille_n_existe_pas(self, client, methode, page):
        client.force_login(gestionnaire(departements=[structure_a("75").departement]))
        demande = DemandeFactory(pour=[structure_a("35", region="53")])
        reponse = getattr(client, methode)(f"/gestion/demandes/{demande.pk}/{page}", {"motif": "Non."})
        assert reponse.status_code == 404
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.EN_ATTENTE

    @pytest.mark.parametrize(("methode", "page"), [("get", ""), ("post", "accepter/"), ("post", "refuser/")])
    def test_qui_n_est_pas_gestionnaire_trouve_porte_close(self, client, personne, methode, page):
        demande = DemandeFactory()
        reponse = getattr(client, methode)(f"/gestion/demandes/{demande.pk}/{page}", {"motif": "Non."})
        assert reponse.status_code == 403
        assert demande.demandeur.courriel not in texte(reponse)

    def test_une_gestionnaire_ne_decide_pas_pour_elle(self, client, decideuse):
        demande = DemandeFactory(demandeur=decideuse)
        assert client.post(f"/gestion/demandes/{demande.pk}/accepter/").status_code == 404

    def test_accepter_ouvre_le_droit_et_mene_a_la_suivante(self, client, decideuse):
        premiere, seconde = DemandeFactory(), DemandeFactory()
        reponse = client.post(f"/gestion/demandes/{premiere.pk}/accepter/?etat=en_attente")
        assert reponse["Location"] == f"/gestion/demandes/{seconde.pk}/?etat=en_attente"
        assert Habilitation.objects.actives().filter(titulaire=premiere.demandeur).exists()
        reponse = client.post(f"/gestion/demandes/{seconde.pk}/accepter/?etat=en_attente")
        assert reponse["Location"] == "/gestion/demandes/?etat=en_attente"

    def test_refuser_sans_motif_se_corrige_sur_place(self, client, decideuse):
        demande = DemandeFactory()
        page = texte(client.post(f"/gestion/demandes/{demande.pk}/refuser/", {"motif": "  "}))
        assert "Indiquez le motif du refus" in page
        client.post(f"/gestion/demandes/{demande.pk}/refuser/", {"motif": "Pas la bonne structure."})
        demande.refresh_from_db()
        assert (demande.etat, demande.motif) == (EtatDemande.REFUSEE, "Pas la bonne structure.")

    @pytest.mark.parametrize("geste", ["accepter", "refuser"])
    def test_une_demande_deja_decidee_le_dit_clairement(self, client, decideuse, geste):
        demande = DemandeFactory(etat=EtatDemande.ACCEPTEE)
        reponse = client.post(f"/gestion/demandes/{demande.pk}/{geste}/", {"motif": "Non."})
        assert reponse.status_code == 409
        assert f"Déjà traitée par {demande.decideur} le" in texte(reponse)
        assert not Courriel.objects.exists()

    def test_une_demande_retiree_entre_temps_le_dit_clairement(self, client, decideuse):
        demande = DemandeFactory(etat=EtatDemande.ANNULEE)
        reponse = client.post(f"/gestion/demandes/{demande.pk}/accepter/")
        assert reponse.status_code == 409
        assert "a été retirée par" in texte(reponse)

    @pytest.mark.parametrize("adresse", ["accepter/", "refuser/"])
    def test_un_lien_ne_decide_rien(self, client, decideuse, adresse):
        demande = DemandeFactory()
        assert client.get(f"/gestion/demandes/{demande.pk}/{adresse}").status_code == 405

    def test_la_page_d_une_demande_dit_tout_ce_qu_elle_sait(self, client, decideuse):
        demande = DemandeFactory(message="Je remplace la directrice.")
        voisin = HabilitationFactory(structure=demande.structures.get())
        page = texte(client.get(f"/gestion/demandes/{demande.pk}/"))
        for attendu in (
            "Je remplace la directrice.",
            "Adresse confirmée le",
            str(voisin.titulaire),
            "établissement ouvert",
        ):
            assert attendu in page

    def test_un_message_piege_reste_du_texte(self, client, decideuse):
        demande = DemandeFactory(message="<script>alert(1)</script>")
        assert "<script>alert(1)" not in client.get(f"/gestion/demandes/{demande.pk}/").content.decode()

    def test_un_motif_piege_reste_du_texte_partout(self, client, decideuse):
        demande, piege = DemandeFactory(), "<img src=x onerror=alert(1)>"
        client.post(f"/gestion/demandes/{demande.pk}/refuser/", {"motif": piege})
        autre = DemandeFactory(demandeur=demande.demandeur)
        pages = [client.get(f"/gestion/demandes/{numero}/") for numero in (demande.pk, autre.pk)]
        client.force_login(demande.demandeur)
        pages += [client.get(f"/mon-compte/demandes/{demande.pk}/"), client.get("/mon-compte/demandes/")]
        lus = [page.content.decode() for page in pages] + [Courriel.objects.get().html]
        for lu in lus:
            assert "onerror" in lu
            assert "<img src=x" not in lu

    def test_des_champs_de_trop_ne_changent_ni_la_personne_ni_la_structure(self, client, decideuse):
        demande, ailleurs = DemandeFactory(), StructureFactory()
        intrus = {
            "structure": ailleurs.pk,
            "titulaire": decideuse.pk,
            "decideur": demande.demandeur.pk,
            "is_staff": "1",
        }
        client.post(f"/gestion/demandes/{demande.pk}/accepter/", intrus)
        droit = Habilitation.objects.get(demande=demande)
        assert (droit.titulaire, droit.structure) == (demande.demandeur, demande.structures.get())
        demande.refresh_from_db()
        assert demande.decideur == decideuse
        decideuse.refresh_from_db()
        assert not decideuse.is_staff

    @pytest.mark.parametrize(("methode", "page"), [("get", ""), ("post", "accepter/"), ("post", "refuser/")])
    def test_un_role_revoque_en_cours_de_session_ne_decide_plus_au_clic_suivant(self, client, decideuse, methode, page):
        demande = DemandeFactory()
        assert client.get(f"/gestion/demandes/{demande.pk}/").status_code == 200
        revoquer(habilitation=Habilitation.objects.de_gestion().get(), acteur=UtilisateurFactory(), motif="Départ.")
        reponse = getattr(client, methode)(f"/gestion/demandes/{demande.pk}/{page}", {"motif": "Non."})
        assert reponse.status_code == 403
        assert demande.demandeur.courriel not in texte(reponse)
        demande.refresh_from_db()
        assert demande.etat == EtatDemande.EN_ATTENTE

    @pytest.mark.parametrize("filtres", ["?application=abc", "?departement=ZZ", "?etat=inconnu", "?page=zzz", "?tri=x"])
    def test_un_filtre_absurde_ne_casse_pas_la_file(self, client, decideuse, filtres):
        DemandeFactory()
        assert client.get(f"/gestion/demandes/{filtres}").status_code == 200


@pytest.mark.parametrize(
    ("adresse", "remplir"),
    [
        ("/gestion/demandes/?etat=toutes", lambda qui: DemandeFactory()),
        ("/mon-compte/demandes/", lambda qui: DemandeFactory(demandeur=qui)),
        ("/mon-compte/habilitations/", lambda qui: HabilitationFactory(titulaire=qui)),
    ],
)
def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_lignes(client, adresse, remplir):
    qui = gestionnaire()
    client.force_login(qui)
    comptes = []
    for ajout in (1, 2, 27):
        for _ in range(ajout):
            remplir(qui)
        client.get(adresse)  # la file retient ses choix à la première visite
        with CaptureQueriesContext(connection) as requetes:
            client.get(adresse)
        comptes.append(len(requetes))
    assert comptes[0] == comptes[1] == comptes[2]


def test_le_nombre_de_requetes_d_une_demande_ne_depend_pas_de_ses_structures(client):
    client.force_login(gestionnaire())
    comptes = []
    for nombre in (1, 3):
        demande = DemandeFactory(pour=StructureFactory.create_batch(nombre))
        for structure in demande.structures.all():
            HabilitationFactory(structure=structure)
        with CaptureQueriesContext(connection) as requetes:
            client.get(f"/gestion/demandes/{demande.pk}/")
        comptes.append(len(requetes))
    assert comptes[0] == comptes[1]
