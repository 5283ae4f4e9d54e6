"""How is something fetched from an address that anybody may have written, without reaching what is not public?

For link checks, feeds and webhooks out. `fetch` gives an `Answer` or a `Refusal` with its reason, and never raises.

- `targets`: is the address itself fit?
- `addresses`: is an IP address public?
- `resolving`: which IP addresses does a name have, asked once and within a time?
- `connecting`: a connection to one IP address, under the name's certificate
- `reading`: an answer within bounds
- `fetching`: the whole of it, hop by hop
"""

from config.outbound.connecting import Dial, dial
from config.outbound.fetching import Answer, fetch, fetch_all
from config.outbound.policy import Policy, policy_from_settings
from config.outbound.refusals import Refusal
from config.outbound.resolving import Resolver, resolve

__all__ = [
    "Answer",
    "Dial",
    "Policy",
    "Refusal",
    "Resolver",
    "dial",
    "fetch",
    "fetch_all",
    "policy_from_settings",
    "resolve",
]
