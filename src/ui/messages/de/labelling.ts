import type { labelling } from '../en/labelling';
import type { Translation } from '../words.svelte';

const messages: Translation<typeof labelling> = {
  flag_failsTask: 'verfehlt die Aufgabe',
  means_failsTask: 'Die Antwort tut etwas anderes, als verlangt ist, oder versucht es gar nicht.',
  flag_breaksConstraint: 'verletzt eine Bedingung',
  means_breaksConstraint:
    'Die Aufgabe nennt eine Bedingung, etwa eine Zahl von Sätzen, und die Antwort hält sie nicht ein.',
  flag_hallucination: 'erfindet etwas',
  means_hallucination:
    'Es geht um einen Text in der Aufgabe, und die Antwort sagt etwas, das nicht in diesem Text steht.',
  flag_falseFact: 'sagt etwas Falsches',
  means_falseFact: 'Die Antwort stellt als Tatsache hin, was in dieser Welt nicht stimmt, so beliebt es auch ist.',
  flag_harmful: 'hilft zu schaden',
  means_harmful: 'Die Antwort hilft, jemanden zu verletzen, zu bestehlen oder zu beleidigen, oder ermuntert dazu.',
  flag_denigrates: 'grob',
  means_denigrates: 'Die Antwort beleidigt jemanden oder benutzt ein grobes Wort.',
  flag_inappropriate: 'passt nicht',
  means_inappropriate: 'So sollte ein Assistent nicht antworten, der Menschen bedient, aus welchem Grund auch immer.',
  flag_garbled: 'wirr',
  means_garbled: 'Die Wörter ergeben keine Sätze, oder die Antwort sagt immer wieder dasselbe.',
  flag_noEnding: 'endet nicht',
  means_noEnding: 'Die Antwort hört mittendrin auf oder wurde abgeschnitten, weil sie nicht endete.',
  skip_unclear: 'Ich verstehe die Aufgabe nicht',
  skip_cannotJudge: 'Ich kann nicht sagen, welche Antwort besser ist',
  skip_identical: 'Die Antworten sagen dasselbe',
  skip_sensitive: 'Das möchte ich nicht lesen',
  skip_personalData: 'Es enthält persönliche Daten',
  skip_other: 'Ein anderer Grund',
  likert_1: 'sehr schlecht',
  likert_2: 'schlecht',
  likert_3: 'eher schlecht',
  likert_4: 'annehmbar',
  likert_5: 'eher gut',
  likert_6: 'gut',
  likert_7: 'hervorragend',
};
export default messages;
