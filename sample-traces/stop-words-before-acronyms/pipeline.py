"""A help desk's search. Dev expands acronyms and then drops stop words; prod does it the other way round."""
import re
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "shared"))
from minilm import MiniLM, mean_pool, tokenizer, unit  # noqa: E402

QUESTION = "Our IT team signs the SLA by the end of the week"
STOP_WORDS = {"a", "an", "and", "at", "by", "for", "in", "is", "it", "of", "on", "or", "our", "the", "to", "us", "we"}
ACRONYMS = {"IT": "Information Technology", "SLA": "Service Level Agreement", "US": "United States",
            "OR": "Operating Room"}
ARTICLES = [
    "Information technology: how we agree on service levels with a vendor",
    "Facilities: the cleaning team's weekly service agreement",
    "Human resources: what to sign before the end of your first week",
    "Sales: closing a contract before the quarter ends",
    "Information technology: how to ask for a new laptop",
]


def drop_stop_words(text):
    return " ".join(word for word in text.split() if word.lower() not in STOP_WORDS)


def expand_acronyms(text):
    return re.sub(r"\b[A-Z]{2,}\b", lambda found: ACRONYMS.get(found[0], found[0]), text)


def run(path, stop_words_first=False):
    steps = {"acronyms": expand_acronyms, "stop_words": drop_stop_words}
    if stop_words_first:  # the fault: "IT" reads as the stop word "it" before anybody has expanded it
        steps = {"stop_words": drop_stop_words, "acronyms": expand_acronyms}
    stages, text = {"question": QUESTION}, QUESTION
    for name, step in steps.items():
        stages[name] = text = step(text)

    tokenize, model = tokenizer(), MiniLM()
    encoding = tokenize.encode(text)
    ids, mask = np.array([encoding.ids]), np.array([encoding.attention_mask])
    stages["tokens"], stages["input_ids"] = np.array(encoding.tokens), ids
    stages |= model(ids, mask, ["embeddings", "layer.0", "layer.5"])
    stages["sentence_embedding"] = unit(mean_pool(stages["layer.5"], mask))
    articles = np.array([model.sentence(article, tokenize) for article in ARTICLES])
    stages["scores"] = articles @ stages["sentence_embedding"][0]
    stages["answer"] = ARTICLES[int(stages["scores"].argmax())]
    np.savez_compressed(path, **stages)


if __name__ == "__main__":
    run(HERE / "dev.npz")
    run(HERE / "prod.npz", stop_words_first=True)
