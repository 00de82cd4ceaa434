"""La version sonore du captcha."""

from captcha.models import CaptchaStore
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.captcha import lire_a_voix_haute


@login_not_required
@require_safe
@never_cache
def ecouter(request: HttpRequest, key: str) -> HttpResponse:
    defi = CaptchaStore.objects.filter(hashkey=key, expiration__gt=timezone.now()).first()
    if defi is None:
        raise Http404
    return HttpResponse(lire_a_voix_haute(defi.challenge), content_type="audio/wav")
