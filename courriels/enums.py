"""États d'un courriel dans la boîte d'envoi."""

from datetime import timedelta

from django.db.models import TextChoices


class EtatCourriel(TextChoices):
    A_ENVOYER = "a_envoyer", "à envoyer"
    ENVOYE = "envoye", "envoyé"
    EN_ECHEC = "en_echec", "en échec"
    # Repris avant de partir : ce qu'il annonçait n'a plus lieu.
    ANNULE = "annule", "annulé"


# Délai avant chaque nouvel essai ; après le dernier, le courriel est « en échec » et le support le voit.
DELAIS_ENTRE_ESSAIS = [
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
]
# Temps laissé à un ouvrier pour envoyer le courriel qu'il a pris ; passé ce bail, un autre le reprend.
BAIL = timedelta(minutes=2)
