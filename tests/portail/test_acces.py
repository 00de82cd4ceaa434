"""La table des accès : chaque adresse du portail, et ce qu'elle répond à chacun. Une adresse absente d'ici échoue."""

import time

import pytest
from captcha.models import CaptchaStore
from django.contrib import admin
from django.core.management import call_command
from django.db import transaction
from django.urls import URLResolver, get_resolver, reverse
from django.utils import timezone

from accounts.models import SessionOuverte, Utilisateur
from courriels.models import Courriel
from depot.models import Document
from depot.services import supprimer
from habilitations.enums import EtatDemande
from habilitations.models import Demande, Habilitation, Profil
from habilitations.services import ajouter_structure, creer_brouillon
from portail.services import AGENT, GESTIONNAIRE, PROFESSIONNELLE, SUPPORT, peupler
from structures.models import Structure
from tests.accounts.factories import UtilisateurFactory
from tests.conftest import ClientFort

VU, SANS_CONTENU, PARTI, FERME, ABSENT, PERIME, ILLISIBLE = 200, 204, 302, 403, 404, 410, 422
CONNEXION = "accounts:connexion"
ROLES = ["anonyme", "sans droit", "professionnelle", "gestionnaire", "agent", "support"]

#                  anonyme    sans droit  propriétaire  gestionnaire  agent   support
A_TOUS = [VU] * 6
A_SOI = [CONNEXION, VU, VU, VU, VU, VU]
PAR_SOI = [CONNEXION, PARTI, PARTI, PARTI, PARTI, PARTI]
AU_DEMANDEUR = [CONNEXION, ABSENT, VU, ABSENT, ABSENT, ABSENT]
PAR_LE_DEMANDEUR = [CONNEXION, ABSENT, PARTI, ABSENT, ABSENT, ABSENT]
AU_GESTIONNAIRE = [CONNEXION, FERME, FERME, VU, FERME, FERME]
PAR_LE_GESTIONNAIRE = [CONNEXION, FERME, FERME, PARTI, FERME, FERME]
AU_DEPOT = [CONNEXION, FERME, VU, FERME, VU, FERME]
AU_DEPOSANT = [CONNEXION, FERME, VU, FERME, FERME, FERME]
PAR_LE_DEPOSANT = [CONNEXION, FERME, PARTI, FERME, FERME, FERME]
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
    "habilitations:annuler_demande": (["brouillon"], "post", PAR_LE_DEMANDEUR),
    "habilitations:mes_habilitations": ([], "get", A_SOI),
    "habilitations:renoncer": (["habilitation"], "post", PAR_LE_DEMANDEUR),
    "habilitations:quitter_structure": (["tenue"], "get", AU_DEMANDEUR),
    "habilitations:file": ([], "get", AU_GESTIONNAIRE),
    "habilitations:traiter": (["en_attente"], "get", AU_GESTIONNAIRE),
    "habilitations:accepter": (["en_attente"], "post", PAR_LE_GESTIONNAIRE),
    "habilitations:refuser": (["en_attente"], "post", AU_GESTIONNAIRE),  # sans motif : la page revient
    "structures:rechercher": ([], "get", A_SOI),
    "structures:fiche": (["structure"], "get", A_SOI),
    "structures:entite": (["entite"], "get", A_SOI),
    "depot:accueil": ([], "get", AU_DEPOT),
    "depot:nouveau": ([], "get", AU_DEPOSANT),
    "depot:recepisses": ([], "get", [CONNEXION, FERME, ABSENT, FERME, ABSENT, FERME]),  # sans référence
    "depot:recepisse": (["document"], "get", AU_DEPOT),
    "depot:documents": ([], "get", AU_DEPOT),
    "depot:telecharger": (["document"], "get", AU_DEPOT),
    "depot:supprimer": (["document"], "post", PAR_LE_DEPOSANT),
    "depot:zone": ([], "get", AU_DEPOT),
    "depot:liste_finess": ([], "get", AU_DEPOT),
    "depot:corbeille": ([], "get", AU_DEPOT),
    "depot:restaurer": (["jete"], "post", PAR_LE_DEPOSANT),
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


@pytest.fixture
def roles(db):
    """La démonstration, et ses personnes dans l'ordre des colonnes."""
    call_command("charger_references", verbosity=0)
    peupler()
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
        "habilitation": Habilitation.objects.filter(titulaire=professionnelle).first().pk,
        "en_attente": Demande.objects.en_attente().first().pk,
        "document": Document.objects.get().reference,
        "jete": Document.objects.get().reference,
        "session": SessionOuverte.objects.create(personne=professionnelle, appareil="Firefox sur Windows").pk,
        "facteur": f"sms-{facteur.pk}",
        "facteur_commence": f"sms-{commence.pk}",
        "entite": structure.entite_juridique.numero_finess,
        "tenue": Habilitation.objects.filter(titulaire=professionnelle).first().structure_id,
        "courriel": Courriel.objects.first().reference,
    }


def reponse_a(personne, nom, objets):
    """Ce que l'adresse répond à la personne ; rien de ce qu'elle a fait ne reste."""
    arguments, methode, _ = TABLE[nom]
    client = ClientFort()
    with transaction.atomic():
        if "jete" in arguments:
            supprimer(
                document=Document.objects.get(), acteur=Utilisateur.objects.get(courriel=PROFESSIONNELLE.courriel)
            )
        if personne:
            client.force_login(personne)
            # Le mot de passe vient d'être redonné : la table dit qui peut, non à quelles conditions.
            session = client.session
            session["mot_de_passe_redonne"] = int(time.time())
            session.save()
        adresse = reverse(nom, args=[objets[argument] for argument in arguments])
        reponse = getattr(client, methode)(adresse, {"structure": objets["structure"]})
        if reponse.streaming:
            b"".join(reponse)  # lire jusqu'au bout ferme le fichier
        transaction.set_rollback(True)
    vers_la_connexion = reponse.status_code == PARTI and reponse["Location"].startswith(reverse(CONNEXION))
    return CONNEXION if vers_la_connexion else reponse.status_code


@pytest.mark.parametrize("rang", range(6), ids=ROLES)
def test_chaque_adresse_repond_a_chacun_ce_que_dit_la_table(roles, objets, rang):
    obtenues = {nom: reponse_a(roles[rang], nom, objets) for nom in TABLE}
    assert obtenues == {nom: reponses[rang] for nom, (_, _, reponses) in TABLE.items()}


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
