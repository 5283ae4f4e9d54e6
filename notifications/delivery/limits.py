"""How many mails may an account take right now? Token buckets in Redis, shared by all workers.

Redis may be lost at any time: a bucket that is missing is made anew with one token in it, and while Redis does not
answer each worker keeps to its share of the limit by itself.
"""

from __future__ import annotations

import logging
import math
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from typing import Any

import redis
from django.db.models.functions import Now

from config.queues import quick_redis
from notifications.delivery.models import Provider, WorkerBeat

logger = logging.getLogger("postrider.delivery")

#: After a failed question Redis is not asked again for this long.
SILENCE_SECONDS = 5.0
#: A call that never ended frees its place after this long.
CALL_LIFETIME_MS = 120_000

# KEYS: bucket. ARGV: mails a second (0: any), calls a second (0: any), mails wanted, mails a call.
# Answer: mails granted.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] + clock[2] / 1000000
local held = redis.call('HMGET', KEYS[1], 'mails', 'calls', 'at')
local passed = math.max(0, now - (tonumber(held[3]) or now))
local granted = tonumber(ARGV[3])
local function refill(rate, tokens)
  return math.min(math.max(rate, 1), (tonumber(tokens) or 1) + passed * rate)
end
local mail_rate, call_rate, size = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
local mails, calls = refill(mail_rate, held[1]), refill(call_rate, held[2])
if mail_rate > 0 then granted = math.min(granted, math.floor(mails)) end
if call_rate > 0 then granted = math.min(granted, math.floor(calls) * size) end
granted = math.max(granted, 0)
if mail_rate > 0 then mails = mails - granted end
if call_rate > 0 then calls = calls - math.ceil(granted / size) end
redis.call('HSET', KEYS[1], 'mails', mails, 'calls', calls, 'at', now)
redis.call('PEXPIRE', KEYS[1], 3600000)
return granted
"""

# KEYS: calls under way. ARGV: most at once, this call, lifetime in ms. Answer: 1 if it may start.
_START = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
"""


@dataclass(slots=True)
class _Bucket:
    """A worker's own share, while Redis is away."""

    tokens: float = 1.0
    at: float = 0.0


@dataclass(slots=True)
class _Memory:
    silent_until: float = 0.0


_memory = _Memory()
_own: dict[int, _Bucket] = {}


def take(provider: Provider, wanted: int, *, mails_a_call: int) -> int:
    """Tokens for up to `wanted` mails, in calls of `mails_a_call`; return how many may go now (0: none yet)."""
    mails, calls = provider.mails_per_second or 0, provider.calls_per_second or 0
    if not mails and not calls:
        return wanted
    granted = _ask(_TAKE, f"postrider:limit:{provider.pk}", [mails, calls, wanted, mails_a_call])
    if granted is None:
        return _take_own(provider.pk, wanted, rate=min(filter(None, (mails, calls * mails_a_call))))
    return int(granted)


def give_back(provider: Provider, mails: int, *, mails_a_call: int) -> None:
    """Return tokens for mails that did not go after all, and for the calls that they would have filled."""
    is_limited = provider.mails_per_second or provider.calls_per_second
    if mails > 0 and is_limited and time.monotonic() >= _memory.silent_until:
        key = f"postrider:limit:{provider.pk}"
        try:
            if provider.mails_per_second:
                quick_redis().hincrbyfloat(key, "mails", mails)
            if provider.calls_per_second:
                quick_redis().hincrbyfloat(key, "calls", mails // mails_a_call)
        except redis.RedisError as error:
            _fall_silent(error)


def start_call(provider: Provider, call_id: str) -> bool:
    """Take one of the account's places for calls; False when all of them are taken."""
    if provider.calls_at_once is None:
        return True
    arguments = [provider.calls_at_once, call_id, CALL_LIFETIME_MS]
    return _ask(_START, f"postrider:calls:{provider.pk}", arguments) in {1, None}


def end_call(provider: Provider, call_id: str) -> None:
    """Free the call's place."""
    if provider.calls_at_once is not None and time.monotonic() >= _memory.silent_until:
        try:
            quick_redis().zrem(f"postrider:calls:{provider.pk}", call_id)
        except redis.RedisError as error:
            _fall_silent(error)


def _ask(script: str, key: str, arguments: list[Any]) -> int | None:
    """A script's answer, or None while Redis is away."""
    if time.monotonic() < _memory.silent_until:
        return None
    try:
        answer: int = _script(script)(keys=[key], args=arguments, client=quick_redis())
    except redis.RedisError as error:
        _fall_silent(error)
        return None
    return answer


@lru_cache(maxsize=4)
def _script(text: str) -> Any:
    return quick_redis().register_script(text)


def _fall_silent(error: Exception) -> None:
    _memory.silent_until = time.monotonic() + SILENCE_SECONDS
    logger.warning("limits are kept by each worker alone: Redis does not answer (%s)", type(error).__name__)


def _take_own(key: int, wanted: int, *, rate: float) -> int:
    """This worker's share of a limit."""
    share, now = rate / _workers(int(time.monotonic() / 10)), time.monotonic()
    bucket = _own.setdefault(key, _Bucket(at=now))
    bucket.tokens = min(max(share, 1.0), bucket.tokens + (now - bucket.at) * share)
    bucket.at = now
    granted = min(wanted, math.floor(bucket.tokens))
    bucket.tokens -= granted
    return granted


@lru_cache(maxsize=1)
def _workers(_moment: int) -> int:
    alive = WorkerBeat.objects.filter(beat_at__gt=Now() - timedelta(seconds=30)).exclude(queues="sweeper")
    return max(1, alive.count())


def forget() -> None:
    """Start anew: for forked processes and for tests."""
    _memory.silent_until = 0.0
    _own.clear()
    _script.cache_clear()
    _workers.cache_clear()
