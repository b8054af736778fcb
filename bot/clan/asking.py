"""How people ask in a clan's chat: the openings, the requests and the exclamations, in patterns.

English in the spelling of chat: with and without apostrophes, "u" for you, "any1" for anyone. All
patterns are of lower-case words with plain apostrophes, and each is tried where a clause begins.
"""

import re
from functools import cached_property


class _AskingPattern:
    """A pattern that is compiled when a first message is tried by it.

    That takes longer than importing all rules, and most programs of ours read no message.
    """

    def __init__(self, source: str) -> None:
        self._source = source

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Return the pattern."""
        return re.compile(self._source)


_ONE = r"(?:any|some)\s?(?:one|body|1)"
_YOU = r"(?:you\s+guys|you\s+all|ya'?ll|y'?all|you|u|ya)"
_WHO = (
    rf"(?:{_YOU}|i|we|they|he|she|it|there|{_ONE}|any\s+of|everyone|every1|people|ppl"
    r"|(?:any|every|some)thing)"
)
_THE = r"(?:the|this|that|these|those|my|our|your|ur|his|her|their|an?|any|some|another)"
_BE = r"(?:is|are|r|was|were|am)"
_DO = r"(?:do|does|did|has|have|had|can|could|would|will|should|shall|may|might)"
_NOT = (
    r"(?:is|are|was|were|do|does|did|has|have|had|could|would|should)n'?t|(?:can|won|ain)'?t|cannot"
)
_HELPING = rf"(?:{_BE}|{_DO}|{_NOT})"
_LIKES = (
    r"great|lovely|nice|lucky|unlucky|cute|amazing|wonderful|crazy|funny|sweet|fun|adorable|cool"
    r"|sick|insane|awesome|beautiful|wild|dumb|stupid|weird|special|ironic|convenient"
)

OPENERS = _AskingPattern(
    r"^(?:(?:hey+|hi+|hello|yo+|ok|okay|so|and|but|also|or|um+|uh+|erm|hm+|btw|well|then|now|oh+|ah+"
    r"|wait|lol|lmao|omg|wow|damn|guys|all|everyone|folks|lads|boys|gents|mate|bro|dude|man|team"
    r"|chat|clan|(?:quick|random|dumb|stupid|noob|serious|genuine|another)?\s?(?:q|question|ques)"
    r"|pls|plz|please|sorry|curious|real\s+quick|thx|ty|thanks|just\s+(?:wondering|curious)|out\s+of\s+curiosity|actually"
    r"|yeah|yea|yes|nah|no)\b[\W_]*+)*+"
)
"""What may stand before a question without being part of it."""

RHETORICAL = _AskingPattern(
    "|".join(
        (
            rf"who\s+(?:cares|asked|knows\s*$|am\s+i\b|does(?:n'?t|\s+that|\s+this)\b|{_NOT})",
            r"who\s+(?:needs?\b.*\b(?:anyway|when|if)\b|(?:would|could)(?:'?ve|a|\s+have)\b)",
            r"what\s+(?:an?|the)\b(?!\s+\w+\s+(?:is|are|do|does|did|should|can)\b)",
            r"what\s+(?:can\s+i\s+say|can\s+(?:you|u)\s+do|do\s+i\s+know|did\s+i\s+just)\b",
            r"what\s+(?:could\s+(?:possibly\s+)?go\s+wrong|else\s+is\s+new|do\s+(?:you|u)\s+expect)",
            r"what(?:'?s|\s+is)\s+(?:not\s+to|wrong\s+with\s+(?:you|u|me|people|this)|life)\b",
            r"why\s+(?:me\b|bother|even\b|oh\b|must\b|not\s+(?:lol|lmao|ha|i\s+guess|eh)|i\b)",
            r"is\s+(?:this|that)\s+(?:an?\s+(?:joke|prank)|real\s+life)\b|would\s+(?:you|u)\s+believe\b",
            r"what\s+(?:could|might)\s+have\b|why\s+do\s+i\s+(?:bother|even|always|keep)\b",
            r"how\s+(?:lucky|unlucky|dry)\s+can\b|how\s+can\s+(?:you|u|any\s?one|people)\s+(?:hate|not|dislike)\b",
            r"how\s+am\s+i\s+(?:still|so|this|always)\b",
            r"how\s+(?:hard|bad|difficult)\s+can\s+(?:it|that|this)\b",
            r"(?:can|could)\s+(?:we|i)\s+just\b",
            r"how\s+(?:about\s+no\b|dare|nice|sweet|lovely|rude|the\b|ever\b|i\b|it\b|he\b|she\b)",
            rf"how\s+(?:{_LIKES})(?:\s+(?:is|are|was|were)\s+(?:that|this|you|u|he|she|it|we)\b|\s*$)",
            (
                r"how\s+(?:is|are|was)\s+(?:this|that|it|he|she|you|u|they)\s+(?:guy\s+)?"
                r"(?:even|possible|legal|real|fair|allowed|a\s+thing"
                r"|(?:so|this)\s+\w+(?:\s+(?:lol|lmao|ha\w*|man|bro))?\s*$)"
            ),
            r"(?:can|could)\s+(?:you|u|we)\s+(?:believe|imagine|not\b|just\s+not)",
            r"(?:are|r)\s+(?:you|u|we)\s+(?:f?\w*king\s+)?(?:kidding|serious|joking|insane|for\s+real)",
            (
                r"(?:is|are|was|were)n'?t\s+(?:it|that|this|you|u|he|she|they|we|life|rng)\s+"
                rf"(?:just|(?:so\s+)?(?:{_LIKES}))\b"
            ),
            r"ain'?t\s+(?:that|it|no)\b",
            r"(?:don'?t|do)\s+(?:you|u)\s+(?:even|dare|just\s+(?:love|hate)|(?:love|hate)\s+it\s+when)",
            r"(?:would|will)\s+(?:you|u)\s+look\s+at",
            r"did\s+(?:you|u|i|he|she|they|that|we)\s+(?:just|really|seriously)\b",
            r"when\s+will\s+(?:i|it|this|they|we|people)\s+(?:ever|learn|end|stop)",
            r"(?:you|u|ya)\s+know\s+(?:what(?:\s*$|\s+i\s+mean)|it\b|that\b|the\b|me\b)",
            r"guess\s+(?:what|who)\b",
            r"know\s+what\s+i\s+mean",
        )
    )
)
"""Sentences in the form of a question that ask for nothing: "who cares", "how cute is that pet"."""

SEEMING = _AskingPattern(
    "|".join(
        (
            r"why\s+(?:do|does|did|is|am|are)\s+\w+\s+(?:always|even|keep|never|like\s+this)\b",
            r"why\s+did\s+i\b|are\s+(?:you|u|we)\s+not\b|(?:is|was)\s+(?:that|it)\s+(?:an?\s+)?\w+\s*$",
            r"who\s+(?:else\s+(?:would|could|but)|the|even|said|let|would|knew|i|we)\b",
            r"why\s+(?:would\s+(?:any\s?one|some\s?one|they|people)|so\b|are\s+people)\b",
            r"(?:do|does|did)\s+(?:they|he|she|it|jagex)\s+even\b|does\s+it\s+matter\s*$",
            r"ha(?:s|ve)\s+(?:any\s?one|you|u)\s+ever\b.*\b(?:this|that|so)\s+(?:dry|lucky|unlucky|bad)",
            r"how\s+(?:about\s+(?:that|this)\s*$|do\s+(?:you|u|people|they)\s+even\b)|do\s+(?:you|u)\s+see\b",
            r"what'?s\s+(?:\w+\s+is\b|(?:up|good)(?:\s+\w+)?\s*$)|(?:you|u)\s+know\s+who\b",
            r"any\s?(?:one|body)\s+has\s+an?\s+(?:chance|right|shot)\b",
            r"does\s+the\s+(?:job|trick)\b|(?:are|is)\s+the\s+(?:best|worst|goat|ones?|same)\s*$",
            r"how\s+(?:good|bad)\s+(?:is|was|are)\s+(?:that|this|it)(?:\s+\w+)?\s*$",
            r"how\s+(?:tf|sad|ironic|typical|funny|embarrassing)\b",
            (
                rf"(?:{_BE})\s+an?\s+(?!.*\b(?:better|worth|good|enough|required|needed|ok|okay|viable"
                r"|possible|allowed|thing)\b)"
            ),
        )
    )
)
"""What only a mark makes a question of: "is that a reference", "who let him cook"."""

_CRIES = (
    r"gz+s?|grat[sz]|congrats|nice|noice|lol+|lmao+|lmfao|ha(?:ha)+|xd+|omg|wtf|wth|huh|what|wha+t|wat"
    r"|wut|wait|no|way|really|rly|seriously|srsly|serious|damn|wow|whoa|woah|oh+|ok|okay|k|yes|yeah|yep"
    r"|nah|nope|right|rip|oof|bruh|bro|man|dude|sick|insane|crazy|eh|hm+|fr|for|real|true|same|idk"
    r"|hello|hi|hey|ty|thanks|thx|pog|the|hell|heck|fuck|f|actual|again|holy|shit|excuse|me|sorry"
    r"|another|one|that|is|so|cool|shot|cap|chance|based|legit|jk|um+|uh+"
)
EXCLAMATION = _AskingPattern(rf"(?:(?:{_CRIES})\b[\W_]*+)*+$|(?:gz+s?|grat[sz]|congrats)\b")
"""Nothing but cries: a mark behind them makes no question of "gz", "lol what" or "no way"."""

_PREDICATE = (
    r"worth|better|good|bad|best|still|down|up|out|on|in|at|open|possible|enough|available|required"
    r"|needed|working|broken|bugged|fixed|dead|free|allowed|coming|over|live|tonight|today|tomorrow"
    r"|now|ok|okay|viable|bis|hosting|going|doing|like|supposed|usually|always|faster|slower|cheaper"
    r"|easier|harder|stronger|getting|having|different|same|solo|only|safe|members|afk|multi|real"
)
_NO_NOUN = (
    r"good|fine|nice|ok|okay|great|dead|down|back|up|out|so|very|pretty|just|not|what|why|how|where"
    r"|who|when|all|always|never|actually|really|also|still|literally|kinda|super|too|more|better"
    r"|worse|best|worth|done|gone|over|on|in|at|to|for|because|cause|as|if|no|only|way|much|doing"
    r"|now|usually|like|gonna|it|that|probably|free|easy|hard|dry|fun|hella|kind|sort|part"
    r"|\w+(?:ing|ed|ly)|the|an?|my|our|your|his|their|some|any|one|i|you|u|we|they|he|she|there"
)
_WORKS = (
    r"work|count|stack|give|need|have|drop|affect|apply|matter|help|get|take|cost|exist|hit|make"
    r"|mean|unlock|require|do|let|allow|protect|increase|carry|transfer"
    r"|stay|keep|share|respawn|degrade|expire|win|lose|reach|lead|pay|fit|fall|break|log|sync|track|boost|reset|show|update|use|start|end|spawn|change|look|go|cover|beat|add"
)
_THING = (
    r"w|ws|worlds?|lvls?|levels?|kc|ranks?|bosses|boss|gear|setups?|prayers?|spells?|quests?|time|day"
    r"|price|weapons?|armou?r|plugins?|servers?|raids?|food|pots?|invocations?|invos|kind|type|sort"
)
_INVITED = (
    r"for|4|up|down|wanna|wan?t|wants|know|knows|got|has|have|had|here|else|free|keen|fancy|interested"
    r"|able|on|in|ever|seen|tried|remember|need|needs|online|around|awake|willing|care|mind|good|new"
    r"|done|been|gone|bought|sold|gotten|played|\w+ed|(?!bring|king|thing|being\s)\w+ing|tob|cox|toa|nex|corp|cm|cms|hmt|gwd|nm|bandos|raids?|mass"
)
_HELP = r"idea|tip|advice|recommendation|suggestion|rec|thought|help|clue|guess|guesse|opinion"
_ROLE = r"iron|ironm[ae]n|mod|admin|officer|host|leader|main|healer|volunteer|taker|brit|aussie"

ASKS = _AskingPattern(
    "|".join(
        (
            # "does anyone", "cant i", "won't it", "is there", "isnt it"; not "do it", which orders
            rf"(?!(?:do|did|have|had)\s+it\b){_HELPING}\s+{_WHO}\b",
            # "can a mod", "is the mass", "does this"; "did the", "have a", "do the" tell or order
            rf"(?:{_BE}|can|could|would|will|should|does|{_NOT})\s+{_THE}\b(?!\s*$)",
            rf"has\s+{_THE}\s+(?:\w+\s+){{1,2}}(?:\w+ed|come|been|gone|out|begun|done)\b",
            # "is prayer worth", "arent masses usually at 8", "does the helm work"
            rf"(?:is|are)(?:n'?t)?\s+(?!(?:{_NO_NOUN})\b)[\w-]+\s+\w",
            (
                rf"(?:would|will|can|could|should)(?:n'?t)?\s+(?!(?:{_NO_NOUN}|be|have|{_WORKS})\b)"
                rf"(?:\w+\s+){{1,3}}(?:be|{_WORKS})\b"
            ),
            (
                rf"has(?:n'?t)?\s+(?!(?:{_NO_NOUN}|been|had)\b)(?:\w+\s+){{1,2}}"
                r"(?:been|gone|come|done|got|gotten|left|quit|\w+ed)\b"
            ),
            r"(?:is|are)n'?t\s+(?:\w+\s+){1,4}(?:better|best|worth|supposed|faster|cheaper|easier)\b",
            rf"(?:was|were)(?:n'?t)?\s+(?!(?:{_NO_NOUN})\b)(?:\w+\s+){{1,4}}(?:{_PREDICATE})\b",
            rf"do(?:n'?t)?\s+(?!(?:{_WORKS}|not|it|lots?|{_THE})\b)(?:\w+\s+){{1,2}}(?:{_WORKS})\b",
            rf"did\s+{_THE}\s+(?:\w+\s+){{1,3}}(?:yet|{_WORKS}|finish|happen|leave|win|die|crash)\b",
            rf"does(?:n'?t)?\s+(?!(?:{_WORKS}|not|nothing|so)\b)(?:\w+\s+){{1,4}}(?:{_WORKS})\b",
            # "who is", "whats", "when does", "why would", "how can"; not "when its my turn"
            r"(?:who|what|where|when|how|why)'?(?:s|re|d|ll)\b(?!\s*$)",
            rf"(?:who|what|where|when|how|why)\s+{_HELPING}\b(?!\s+(?:it|the)\s+(?:is|was)\b)",
            # "what gear should i", "which boss is", "how rare are"; not "what matters is"
            (
                r"(?:what|how)\s+(?!(?:an?|i|you|u|he|she|it|we|they|the|matters|counts|works|helps|hurts"
                rf"|sucks|happens|remains)\b)[\w-]+(?:\s+\w+)?\s+{_HELPING}\b"
            ),
            r"who\s+(?!(?:he|she|they|you|u|it)\b)\w+",
            rf"what\s+(?:about|if|to|happen(?:s|ed)|(?:{_THING})|{_YOU}\s+(?:doing|up\s+to|think|mean))\b",
            r"what\s+(?!(?:an?|i|you|u|he|she|it|we|they|the)\b)(?:\w+\s+){1,3}for\b",
            r"which\s+(?:is|are|was)\s+(?:the\s+)?(?:best|better|more|faster|easier|cheaper)\b",
            (
                r"which\s+(?!\w+s\s+(?:me|it|you|us|him|her|that|a|the|why|how)\b|\w+ed\b)"
                r"(?!(?:is|are|was|were|means|makes|made|sucks|would|will|can|could|should|has|had"
                r"|i|you|u|he|she|it|they|we|the|also|just|never|one\s+i)\b)\w+"
            ),
            rf"where\s+(?:to|at|{_YOU}\s+(?:at|going|from|guys|get|got))\b",
            (
                r"when\s+(?!(?:i|im|you|ur|u|he|she|it|its|they|we|the|my|your|in|people)\b)\w+"
                r"(?:\s+\w+)?\s*$"
            ),
            r"(?!since\b|only\b)\w+(?:\s+\w+)?\s+when\s*$",
            r"why\s+(?:not|tho|though|you|u|they|he|she|everyone|the)\b",
            rf"how\s+(?:much|many|long|far|often|come|about|to|{_YOU}|we)\b",
            r"(?:who|when|where|why|how)\s*$",
            r"whose\s+\w+",
            # "anyone for tob", "some1 know", "any tips", "any officer here"
            rf"any\s?(?:one|body|1)(?:\s*$|\s+(?:{_INVITED})\b)(?!\s+(?:would|could|can|will|has\s+to)\b)",
            (
                r"some\s?(?:one|body|1)\s+(?:know|knows|free|wanna|want\s+to|able|willing|mind|up\s+(?:for|to)"
                r"|keen|help|interested|care|have|tell|teach|show|send|explain|inv|invite)\b"
            ),
            (
                rf"any\s+(?:{_HELP}|chance|reason|room|spot|news|plan|update|luck|other)e?s?\b"
                r"(?!\s+(?:is|are|was|would|will|helps)\b)"
            ),
            (
                r"any\s+(?!\w+\s+(?:helps|counts|works|goes|does|matters|gets)\b)"
                r"(?:\w+\s+)?(?!progress|is\b|was\b|has\b)\w+s\b(?!\s+(?:is|are|was|would|will|can)\b)"
            ),
            (
                r"any\s+(?:good|decent|recommended|cheap|easy|fun|spare|more|specific|way\s+to)\b"
                r"(?!.*\b(?:is|are|works?|will|does|do|can|helps|counts)\b)"
            ),
            rf"any\s+(?:of\s+(?:you|u|us|ya)|(?:{_ROLE})s?)\b(?!\s+(?:can|will|could|should|is)\b)",
            r"(?:ppl|people|peeps)\s+(?:interested|down|up|keen|free)\b",
            # "wanna duo", "u around", "know anyone who", "got room", "mind if i"
            rf"(?:{_YOU}\s+)?(?:wanna|fancy)\s+\w+",
            (
                rf"{_YOU}\s+(?:around|doing|coming|free|there|selling|buying|able|ready|joining"
                r"|hosting|playing|online|done|finished|seen|tried)\b"
            ),
            rf"{_YOU}\s+(?:still\s+(?:\w+ing|around|there|up|need|on|in|here)|need\s+(?:help|anything))\b",
            rf"{_YOU}\s+(?:on|down|up|in|going)\s*(?:$|(?:for|rn|now|tonight|today|later|soon|yet)\b)",
            r"(?:(?:you|u|yo)\s+guys|y'?all|ya'?ll)\s+(?:want|need|have|know|ever|mind|think|like|do)\b",
            rf"{_YOU}\s+\w+\s+or\s+\w+\s*$",
            r"(?:(?:you|u|ya)\s+)?know\s+(?:anyone|any|where|how\s+to|if|who|when|why)\b",
            r"got\s+(?:any|room|space|time\s+for)\b(?!.*\bif\s+(?:you|u|any))",
            r"(?:room|space|spots?)\s+(?:for|left)\s+(?:one|1|me|another|two|2|some)\b",
            r"(?:mind\s+if|care\s+(?:to|for)|down\s+(?:to|for)|up\s+for|ok(?:ay)?\s+if)\b",
            r"worth\s+(?:\w+ing|it\s+to)\b",
            rf"(?:{_HELP}|feeling)e?s?\s+(?:on|for|about|with)\b",
            r"(?:best|recommended|suggested)\s+(?!of\b)(?:\w+\s+){1,2}(?:to|for|at|under|vs|against|with)\b",
            r".*\bfirst\s+or\b",
            r"(?:wtf|what\s+the\s+\w+)\s+(?:is|are|does|do|did)\b",
            (
                r"what\s+(?:made|makes|caused|brings|brought|gives|drops|unlocks)\s+(?:you|u|the|that|this|it|them)"
                r"\b(?!.*\bis\b)"
            ),
            rf"{_YOU}\s+(?:got\s+(?:a\s+(?:sec|min)\w*|time|room|any)|want\s+(?:in|some|one|this|me))\b",
            r"what\s+(?:now|changed|next|new)\b",
            r"price\s+(?:of|on|check)\b",
            (
                r"(?!(?:more|sooner|give|win|yes|now|one|two|ready|either|today|go|take|right|i|im|ill|we|he"
                r"|she|they|you|the|just|do|\d+)\b)"
                r"(?:[\w-]+\s+){1,2}or\s+(?:[\w-]+\s+){1,2}"
                r"(?:for|at|to|better|cheaper|faster|first|in|on|with|tonight|today|tomorrow|later|now|rn)\b"
            ),
        )
    )
)
"""How a clause begins that asks for information or for company."""

ASKS_LATER = _AskingPattern(
    r"\b(?:"
    # Inverted word order asks wherever it stands: "got 40m what should i upgrade".
    rf"(?:what|where|how|when|why|which\s+\w+|who)\s+(?:do|does|did|can|could|should|would|are)\s+"
    rf"(?:i|we|{_YOU}|they|people|ppl)\b"
    r"|who(?:'?s|\s+is)\s+(?:free|up|in|down|coming|joining|hosting)\b"
    rf"|but\s+(?:can|do|does|is|are|should|could|did|has|have|{_NOT})\s+{_WHO}\b"
    # "2 spots left anyone want in"; not "lmk if anyone wants"
    r"|(?<!if\s)(?<!when\s)(?<!until\s)(?<!before\s)(?<!case\s)any\s?(?:one|body|1)\s+"
    r"(?:want|wanna|know|up\s+for|interested|down|got|else\s+want|in\s*$|for)\b"
    rf"|(?<!no\s)(?<!have\s)(?<!without\s)(?<!not\s)any\s+(?:{_HELP})s?(?:\s*$|\s+(?:for|on|how)\b)"
    r"|what(?:'?s)?\s+(?:changed|next|new|happened)\s*$"
    r"|(?<!know\s)(?<!sure\s)(?<!idea\s)(?<!see\s)(?<!idk\s)(?:where|when|how)\s+(?:is|are|was)\s+"
    r"(?:it|that|this|he|she|they|the)\b"
    r"|for\s+any\s?(?:one|body|1)\s+else\s*$"
    r")"
)
"""What asks in the middle of a clause, too."""

CALLS = _AskingPattern(
    r"(?!.*\b(?:not|never|tell|trust|ask|hate|love|see|than|as|like|without|hardly|before|for|if)\b)"
    r"(?!.*n't\b)(?:[\w/'-]+\s+){1,5}any\s?(?:one|body|1)\s*$"
)
"""A clause that ends with a call: "cox in 10 anyone"."""
