"""La table des accès : chaque adresse du portail, et ce qu'elle répond à chacun. Une adresse absente d'ici échoue."""

import time
from datetime import timedelta

import pytest
from captcha.models import CaptchaStore
from django.contrib import admin
from django.core.cache import caches
from django.core.management import call_command
from django.db import transaction
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.connexion_forte import DONNE
from accounts.models import SessionOuverte, Utilisateur
from courriels.models import Courriel
from depot.models import Document
from depot.services import supprimer
from habilitations.enums import EtatDemande, SansReponse
from habilitations.models import Demande, Habilitation, Profil, Suppleance, Verification
from habilitations.services import ajouter_structure, creer_brouillon, ecrire_note, ouvrir_revue
from portail.services import AGENT, GESTIONNAIRE, PROFESSIONNELLE, SUPPORT, peupler
from structures.models import Departement, Structure
from tests.accounts.factories import UtilisateurFactory
from tests.conftest import ClientFort
from tests.depot.factories import DepotAConfirmerFactory, PublicationFactory
from tests.habilitations.factories import DemandeFactory, gestionnaire
from tests.structures.factories import StructureFactory

VU, SANS_CONTENU, PARTI, FERME, ABSENT, PERIME, ILLISIBLE = 200, 204, 302, 403, 404, 410, 422
CONNEXION = "accounts:connexion"
ROLES = ["anonyme", "sans droit", "professionnelle", "gestionnaire", "agent", "support"]

#                  anonyme    sans droit  propriétaire  gestionnaire  agent   support
A_TOUS = [VU] * 6
A_SOI = [CONNEXION, VU, VU, VU, VU, VU]
PAR_SOI = [CONNEXION, PARTI, PARTI, PARTI, PARTI, PARTI]
AU_DEMANDEUR = [CONNEXION, ABSENT, VU, ABSENT, ABSENT, ABSENT]
VIDE_AU_DEMANDEUR = [CONNEXION, ABSENT, SANS_CONTENU, ABSENT, ABSENT, ABSENT]
PAR_LE_DEMANDEUR = [CONNEXION, ABSENT, PARTI, ABSENT, ABSENT, ABSENT]
AU_GESTIONNAIRE = [CONNEXION, FERME, FERME, VU, FERME, FERME]
PAR_LE_GESTIONNAIRE = [CONNEXION, FERME, FERME, PARTI, FERME, FERME]
AU_DEPOT = [CONNEXION, FERME, VU, FERME, VU, FERME]
AU_DEPOSANT = [CONNEXION, FERME, VU, FERME, FERME, FERME]
PAR_LE_DEPOSANT = [CONNEXION, FERME, PARTI, FERME, FERME, FERME]
A_L_AGENT = [CONNEXION, FERME, FERME, FERME, VU, FERME]
PAR_L_AGENT = [CONNEXION, FERME, FERME, FERME, PARTI, FERME]
ENTREE = [VU, PARTI, PARTI, PARTI, PARTI, PARTI]

# Adresse : ses arguments, la méthode, et la réponse à chaque rôle.
TABLE = {
    "accueil": ([], "get", A_SOI),
    "sante": ([], "get", A_TOUS),
    "mentions_legales": ([], "get", A_TOUS),
    "donnees_personnelles": ([], "get", A_TOUS),
    "accessibilite": ([], "get", A_TOUS),
    "conditions": ([], "get", A_TOUS),
    "plan_du_site": ([], "get", A_TOUS),
    "aide": ([], "get", A_TOUS),
    "captcha-image": (["captcha"], "get", A_TOUS),
    "captcha-image-2x": (["captcha"], "get", A_TOUS),
    "captcha-audio": (["captcha"], "get", A_TOUS),
    "captcha-refresh": ([], "get", [ABSENT] * 6),  # hors d'un appel du navigateur
    "accounts:connexion": ([], "get", ENTREE),
    "accounts:deconnexion": ([], "post", [CONNEXION] * 6),
    "accounts:inscription": ([], "get", ENTREE),
    "accounts:inscription_et_demande": ([], "get", ENTREE),
    "accounts:proposer_structures": ([], "get", A_TOUS),
    "accounts:inscription_envoyee": ([], "get", A_TOUS),
    "accounts:confirmer": (["jeton"], "get", [PERIME] * 6),
    "accounts:confirmer_autrement": (["jeton"], "get", [PERIME] * 6),
    "accounts:renvoyer_confirmation": ([], "get", A_TOUS),
    "accounts:confirmation_renvoyee": ([], "get", A_TOUS),
    "accounts:oubli": ([], "get", A_TOUS),
    "accounts:oubli_envoye": ([], "get", A_TOUS),
    "accounts:nouveau_mot_de_passe": (["jeton"], "get", [PERIME] * 6),
    "accounts:identite": ([], "get", A_SOI),
    "accounts:modifier_identite": ([], "get", A_SOI),
    "accounts:changer_mot_de_passe": ([], "get", A_SOI),
    "accounts:fermer_session": (["session"], "post", PAR_LE_DEMANDEUR),
    "accounts:fermer_autres_sessions": ([], "post", [CONNEXION, *[PARTI] * 5]),
    "accounts:prolonger_session": ([], "post", [CONNEXION, *[SANS_CONTENU] * 5]),
    "accounts:changer_courriel": ([], "get", A_SOI),
    "accounts:mes_donnees": ([], "get", A_SOI),
    "accounts:fermer_mon_compte": ([], "get", A_SOI),
    "accounts:confirmer_courriel": (["jeton"], "get", [PERIME] * 6),
    "accounts:contester_courriel": (["jeton"], "get", [PERIME] * 6),
    "accounts:arreter_regard": ([], "post", [CONNEXION] + [PARTI] * 5),
    "accounts:connexion_support": ([], "get", [CONNEXION, FERME, FERME, FERME, FERME, PARTI]),
    "accounts:verification": ([], "get", PAR_SOI),  # déjà fortes, ces personnes vont où elles allaient
    "accounts:envoyer_code": ([], "post", PAR_SOI),
    "accounts:defier_cle": ([], "post", [FERME, VU, VU, VU, VU, VU]),
    "accounts:verifier_cle": ([], "post", [FERME, *[ILLISIBLE] * 5]),
    "accounts:securite": ([], "get", A_SOI),
    "accounts:redonner_mot_de_passe": ([], "get", A_SOI),
    "accounts:ajouter_facteur": ([], "get", A_SOI),
    "accounts:ajouter_application": ([], "post", PAR_SOI),
    "accounts:ajouter_courriel": ([], "post", PAR_SOI),
    "accounts:ajouter_sms": ([], "get", A_SOI),
    "accounts:ajouter_cle": ([], "get", A_SOI),
    "accounts:commencer_cle": ([], "post", A_SOI),
    "accounts:enregistrer_cle": ([], "post", [CONNEXION, *[ILLISIBLE] * 5]),
    "accounts:codes_de_secours": ([], "get", A_SOI),
    "accounts:activer_facteur": (["facteur_commence"], "get", AU_DEMANDEUR),
    "accounts:renvoyer_code": (["facteur_commence"], "post", PAR_LE_DEMANDEUR),
    "accounts:renommer_facteur": (["facteur"], "get", AU_DEMANDEUR),
    "accounts:retirer_facteur": (["facteur"], "get", AU_DEMANDEUR),
    "habilitations:nouvelle_demande": ([], "get", A_SOI),
    "habilitations:identification": ([], "get", [PARTI] * 6),  # sans inscription commencée
    "habilitations:abandonner": (["brouillon"], "get", PAR_LE_DEMANDEUR),
    "habilitations:reprendre": (["brouillon"], "get", PAR_LE_DEMANDEUR),
    "habilitations:changer_profil": (["brouillon"], "get", AU_DEMANDEUR),
    "habilitations:structures": (["brouillon"], "get", AU_DEMANDEUR),
    "habilitations:type_de_structure": (["brouillon"], "get", AU_DEMANDEUR),
    "habilitations:par_numero": (["brouillon", "type"], "get", AU_DEMANDEUR),
    "habilitations:recherche_structure": (["brouillon", "type"], "get", AU_DEMANDEUR),
    "habilitations:ajouter_structure": (["brouillon"], "post", PAR_LE_DEMANDEUR),
    "habilitations:retirer_structure": (["brouillon"], "post", PAR_LE_DEMANDEUR),
    "habilitations:recapitulatif": (["brouillon"], "get", AU_DEMANDEUR),
    "habilitations:enregistrer_message": (["brouillon"], "post", PAR_LE_DEMANDEUR),
    "habilitations:mes_demandes": ([], "get", A_SOI),
    "habilitations:demande": (["demande"], "get", AU_DEMANDEUR),
    "habilitations:completer": (["a_completer"], "get", AU_DEMANDEUR),
    "habilitations:enregistrer_reponse": (["a_completer"], "post", VIDE_AU_DEMANDEUR),
    "habilitations:annuler_demande": (["brouillon"], "post", PAR_LE_DEMANDEUR),
    "habilitations:mes_habilitations": ([], "get", A_SOI),
    "habilitations:applications_manquantes": ([], "get", A_SOI),
    "habilitations:renouveler": (["habilitation"], "post", PAR_LE_DEMANDEUR),
    "habilitations:renoncer": (["habilitation"], "post", PAR_LE_DEMANDEUR),
    "habilitations:quitter_structure": (["tenue"], "get", AU_DEMANDEUR),
    "habilitations:file": ([], "get", AU_GESTIONNAIRE),
    "habilitations:exporter": (["format"], "get", AU_GESTIONNAIRE),
    "habilitations:ensemble": ([], "post", PAR_LE_GESTIONNAIRE),  # rien de coché : retour à la file
    "habilitations:ensemble_fait": ([], "get", PAR_LE_GESTIONNAIRE),  # rien de fait : retour à la file
    "habilitations:affecter": (["en_attente"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:presence": (["en_attente"], "get", AU_GESTIONNAIRE),
    "habilitations:statistiques": ([], "get", AU_GESTIONNAIRE),
    "habilitations:verifications": ([], "get", AU_GESTIONNAIRE),
    "habilitations:verifier": (["a_verifier"], "get", AU_GESTIONNAIRE),
    "habilitations:confirmer_acceptation": (["a_verifier"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:revoquer_acceptation": (["a_verifier"], "post", AU_GESTIONNAIRE),  # sans motif : la page revient
    "habilitations:absences": ([], "get", AU_GESTIONNAIRE),
    "habilitations:terminer_absence": (["absence"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:preferences": ([], "get", AU_GESTIONNAIRE),
    "habilitations:couverture": ([], "get", AU_GESTIONNAIRE),
    "habilitations:traiter": (["en_attente"], "get", AU_GESTIONNAIRE),
    "habilitations:accepter": (["en_attente"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:refuser": (["en_attente"], "post", AU_GESTIONNAIRE),  # sans motif : la page revient
    "habilitations:revues": ([], "get", AU_GESTIONNAIRE),
    "habilitations:nouvelle_revue": ([], "get", AU_GESTIONNAIRE),
    "habilitations:revue": (["revue"], "get", AU_GESTIONNAIRE),
    "habilitations:decider_en_revue": (["revue"], "post", PAR_LE_GESTIONNAIRE),  # sans rien de coché
    "habilitations:clore_revue": (["revue"], "get", AU_GESTIONNAIRE),
    "habilitations:transferts": ([], "get", AU_GESTIONNAIRE),
    "habilitations:transferer": (["fermee"], "get", AU_GESTIONNAIRE),
    "habilitations:droits": ([], "get", AU_GESTIONNAIRE),
    "habilitations:droit": (["habilitation"], "get", AU_GESTIONNAIRE),
    "habilitations:suspendre_droit": (["habilitation"], "post", AU_GESTIONNAIRE),  # sans motif : la page revient
    "habilitations:reprendre_droit": (["habilitation"], "post", AU_GESTIONNAIRE),
    "habilitations:revoquer_droit": (["habilitation"], "post", AU_GESTIONNAIRE),
    "habilitations:confirmer_droit": (["habilitation"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:demander_complement": (["en_attente"], "post", AU_GESTIONNAIRE),  # sans question
    "habilitations:choisir_modele": (["en_attente", "decision"], "post", AU_GESTIONNAIRE),
    "habilitations:apercu": (["en_attente", "decision"], "post", AU_GESTIONNAIRE),
    "habilitations:annuler_decision": (["decidee"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:retirer_complement": (["a_completer"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:noter": (["en_attente"], "post", AU_GESTIONNAIRE),  # sans texte
    "habilitations:supprimer_note": (["en_attente", "note"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:decisions_annulables": ([], "get", AU_GESTIONNAIRE),
    "structures:rechercher": ([], "get", A_SOI),
    "structures:fiche": (["structure"], "get", A_SOI),
    "structures:entite": (["entite"], "get", A_SOI),
    "depot:accueil": ([], "get", AU_DEPOT),
    "depot:nouveau": ([], "get", AU_DEPOSANT),
    "depot:envoi": (["envoi"], "get", AU_DEPOSANT),
    "depot:recepisses": ([], "get", [CONNEXION, FERME, ABSENT, FERME, ABSENT, FERME]),  # sans référence
    "depot:recepisse": (["document"], "get", AU_DEPOT),
    "depot:confirmer": (["attente"], "get", [CONNEXION, FERME, VU, FERME, FERME, FERME]),
    "depot:abandonner": (["attente"], "post", PAR_LE_DEPOSANT),
    "depot:chiffres": (["finess_depose", "annee"], "get", AU_DEPOT),
    "depot:recepisse_pdf": (["document"], "get", AU_DEPOT),
    "depot:verifier": ([], "get", A_TOUS),
    "depot:verifier_reference": (["document"], "get", A_TOUS),
    "depot:documents": ([], "get", AU_DEPOT),
    "depot:exporter_documents": (["format"], "get", AU_DEPOT),
    "depot:liasse_des_documents": ([], "get", AU_DEPOT),
    "depot:exporter_liste": (["format"], "get", AU_DEPOT),
    "depot:liasse_de_la_liste": ([], "get", AU_DEPOT),
    "depot:matrice": ([], "get", AU_DEPOT),
    "depot:exporter_matrice": (["format"], "get", AU_DEPOT),
    "depot:structure": (["finess"], "get", [CONNEXION, FERME, VU, FERME, VU, FERME]),
    "depot:tableau_de_bord": ([], "get", A_L_AGENT),
    "depot:exporter_avancement": (["format"], "get", A_L_AGENT),
    "depot:exporter_valeurs": (["format"], "get", A_L_AGENT),
    "depot:sans_personne": ([], "get", A_L_AGENT),
    "depot:relances": ([], "get", A_L_AGENT),
    "depot:examens": ([], "get", A_L_AGENT),
    "depot:ouvrir_en_examen": (["document"], "post", PAR_L_AGENT),
    "depot:lire_tous_les_chiffres": ([], "post", PAR_L_AGENT),
    "depot:lire_les_chiffres": (["document"], "post", PAR_L_AGENT),
    "depot:rejuger": (["document"], "post", PAR_L_AGENT),
    "depot:publier_apres_examen": (["document"], "post", PAR_L_AGENT),
    "depot:refuser_apres_examen": (["document"], "get", A_L_AGENT),
    "depot:telecharger": (["document"], "get", AU_DEPOT),
    "depot:supprimer": (["document"], "post", PAR_LE_DEPOSANT),
    "depot:zone": ([], "get", AU_DEPOT),
    "depot:liste_finess": ([], "get", AU_DEPOT),
    "depot:corbeille": ([], "get", AU_DEPOT),
    "depot:restaurer": (["jete"], "post", PAR_LE_DEPOSANT),
    "depot:campagnes": ([], "get", A_L_AGENT),
    "depot:nouvelle_campagne": ([], "get", A_L_AGENT),
    "depot:campagne": (["annee"], "get", A_L_AGENT),
    "depot:modifier_campagne": (["annee"], "get", A_L_AGENT),
    "depot:clore_campagne": (["annee"], "get", A_L_AGENT),
    "depot:rouvrir_campagne": (["annee"], "get", A_L_AGENT),
    "depot:prolonger": (["annee"], "get", A_L_AGENT),
    "depot:retirer_prolongation": (["prolongation"], "post", PAR_L_AGENT),
    "depot:publier": ([], "get", A_L_AGENT),
    "depot:exemple_de_modele": (["categorie"], "get", A_L_AGENT),
    "depot:telecharger_publication": (["publication"], "get", AU_DEPOT),
    "depot:remplacer_publication": (["publication"], "get", A_L_AGENT),
    "depot:retirer_publication": (["publication"], "get", A_L_AGENT),
    "courriels:liste": ([], "get", A_TOUS),
    "courriels:lire": (["courriel"], "get", A_TOUS),
    "courriels:lire_html": (["courriel"], "get", A_TOUS),
}
# L'administration du support, d'un bloc : fermée à tous sauf à lui.
SUPPORT_SEUL = [PARTI, PARTI, PARTI, PARTI, PARTI, VU]


def adresses(motifs, espace=""):
    for motif in motifs:
        if not isinstance(motif, URLResolver):
            if motif.name:
                yield f"{espace}{motif.name}"
        elif motif.app_name != "admin":
            yield from adresses(motif.url_patterns, f"{espace}{motif.namespace}:" if motif.namespace else espace)


def test_la_table_nomme_toutes_les_adresses_et_elles_seules():
    assert set(adresses(get_resolver().url_patterns)) == set(TABLE)


@pytest.fixture(scope="module")
def demonstration(django_db_setup, django_db_blocker):
    """Longue à peupler : une fois pour tous, et défaite à la fin. Chaque test défait ce qu'il y ajoute."""
    with django_db_blocker.unblock(), transaction.atomic():
        call_command("charger_references", verbosity=0)
        peupler()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def roles(demonstration, db):
    """Les personnes de la démonstration, dans l'ordre des colonnes."""
    comptes = [PROFESSIONNELLE, GESTIONNAIRE, AGENT, SUPPORT]
    return [None, UtilisateurFactory(), *(Utilisateur.objects.get(courriel=un.courriel) for un in comptes)]


@pytest.fixture
def objets(roles):
    """De quoi nommer l'objet d'une adresse : tous ceux d'une personne sont à la professionnelle."""
    professionnelle = roles[2]
    profil = Profil.objects.get(application__code="camsp-cmpp", code="gestionnaire")
    structure = Structure.objects.get(numero_finess="750790073")
    brouillon = creer_brouillon(profil=profil, acteur=professionnelle)
    telephone = {"canal": "sms", "telephone": "+33612345678", "nom": "Téléphone"}
    facteur = professionnelle.facteurs_message.create(**telephone, confirme_le=timezone.now())
    commence = professionnelle.facteurs_message.create(**telephone | {"telephone": "+33687654321"})
    ajouter_structure(demande=brouillon, structure=structure, acteur=professionnelle)
    return {
        "captcha": CaptchaStore.generate_key(),
        "jeton": "jeton-invente",
        "brouillon": brouillon.pk,
        "type": "esms",
        "structure": structure.pk,
        "demande": Demande.objects.get(demandeur=professionnelle, etat=EtatDemande.ACCEPTEE).pk,
        "decision": "accepter",
        "decidee": Demande.objects.get(demandeur=professionnelle, etat=EtatDemande.ACCEPTEE).pk,
        "note": ecrire_note(demande=Demande.objects.en_attente().first(), acteur=roles[3], texte="Vue.").pk,
        "a_completer": DemandeFactory(demandeur=professionnelle, etat=EtatDemande.A_COMPLETER).pk,
        "habilitation": Habilitation.objects.filter(titulaire=professionnelle).first().pk,
        "en_attente": Demande.objects.en_attente().first().pk,
        "document": Document.objects.first().reference,
        "categorie": "190",
        "annee": Document.objects.first().campagne.annee,
        "prolongation": Document.objects.first()
        .campagne.prolongations.create(
            structure=structure, jusqu_au=timezone.localdate(), motif="Panne", accordee_par=professionnelle
        )
        .pk,
        "publication": PublicationFactory().pk,
        "finess_depose": Document.objects.first().structure.numero_finess,
        "attente": DepotAConfirmerFactory(
            campagne=Document.objects.first().campagne,
            structure=Document.objects.first().structure,
            deposant=professionnelle,
        ).cle,
        "format": "csv",
        "envoi": Document.objects.first().cle_envoi,
        "finess": Document.objects.first().structure.numero_finess,
        "jete": Document.objects.first().reference,
        "session": SessionOuverte.objects.create(personne=professionnelle, appareil="Firefox sur Windows").pk,
        "facteur": f"sms-{facteur.pk}",
        "facteur_commence": f"sms-{commence.pk}",
        "fermee": Habilitation.objects.create(
            titulaire=professionnelle, profil=profil, structure=StructureFactory(nom="ZZZ", etat="ferme")
        ).structure_id,
        "revue": ouvrir_revue(
            application=profil.application,
            profil=None,
            echeance_le=timezone.localdate() + timedelta(days=30),
            sans_reponse=SansReponse.RIEN,
            acteur=roles[3],
        ).pk,
        "entite": structure.entite_juridique.numero_finess,
        "tenue": Habilitation.objects.filter(titulaire=professionnelle).first().structure_id,
        "courriel": Courriel.objects.first().reference,
        "a_verifier": Verification.objects.create(
            demande=Demande.objects.get(demandeur=professionnelle, etat=EtatDemande.ACCEPTEE)
        ).demande_id,
        "absence": Suppleance.objects.create(
            absent=roles[3], suppleant=professionnelle, debut_le=timezone.localdate(), fin_le=timezone.localdate()
        ).pk,
    }


def entrer(personne):
    """Les témoins de la personne, mot de passe redonné : la table dit qui peut, non à quelles conditions."""
    client = ClientFort()
    if personne:
        client.force_login(personne)
        session = client.session
        session[DONNE] = int(time.time())
        session.save()
    return client.cookies


def reponse_a(temoins, nom, objets):
    """Ce que l'adresse répond à qui porte ces témoins ; rien de ce qui s'est fait ne reste."""
    arguments, methode, _ = TABLE[nom]
    client = ClientFort()
    client.cookies.update(temoins)
    caches["default"].clear()
    with transaction.atomic():
        if "jete" in arguments:
            supprimer(
                document=Document.objects.first(), acteur=Utilisateur.objects.get(courriel=PROFESSIONNELLE.courriel)
            )
        adresse = reverse(nom, args=[objets[argument] for argument in arguments])
        reponse = getattr(client, methode)(adresse, {"structure": objets["structure"]})
        if reponse.streaming:
            b"".join(reponse)  # lire jusqu'au bout ferme le fichier
        transaction.set_rollback(True)
    vers_la_connexion = reponse.status_code == PARTI and reponse["Location"].startswith(reverse(CONNEXION))
    return CONNEXION if vers_la_connexion else reponse.status_code


@pytest.mark.parametrize("rang", range(6), ids=ROLES)
def test_chaque_adresse_repond_a_chacun_ce_que_dit_la_table(roles, objets, rang):
    temoins = entrer(roles[rang])
    obtenues = {nom: reponse_a(temoins, nom, objets) for nom in TABLE}
    assert obtenues == {nom: reponses[rang] for nom, (_, _, reponses) in TABLE.items()}


def test_les_objets_d_autres_portefeuilles_n_existent_pas_pour_une_personne_gestionnaire(roles, objets):
    temoins = entrer(gestionnaire(departements=[Departement.objects.get(code="35")]))
    a_un_objet = [
        nom
        for nom, (arguments, _, reponses) in TABLE.items()
        if reponses in (AU_GESTIONNAIRE, PAR_LE_GESTIONNAIRE) and set(arguments) - {"format"}
    ]
    obtenues = {nom: reponse_a(temoins, nom, objets) for nom in a_un_objet}
    assert obtenues == dict.fromkeys(a_un_objet, ABSENT)


def test_aucune_page_d_une_personne_connectee_ne_se_garde_en_cache(roles, objets):
    for rang in (2, 3):  # la professionnelle, la gestionnaire
        client = ClientFort()
        client.force_login(roles[rang])
        for nom, (arguments, methode, _) in TABLE.items():
            if methode != "get" or nom.startswith("captcha"):
                continue
            reponse = client.get(reverse(nom, args=[objets[argument] for argument in arguments]))
            if reponse.streaming:
                b"".join(reponse)
            assert "no-store" in reponse["Cache-Control"], nom
            assert "private" in reponse["Cache-Control"] or nom == "sante", nom


@pytest.mark.parametrize("rang", range(6), ids=ROLES)
def test_l_administration_n_ouvre_qu_au_support(client, roles, rang):
    if roles[rang]:
        client.force_login(roles[rang])
    for modele in admin.site._registry:
        adresse = reverse(f"admin:{modele._meta.app_label}_{modele._meta.model_name}_changelist")
        assert client.get(adresse).status_code == SUPPORT_SEUL[rang]
