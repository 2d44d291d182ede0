import type { BreakageId } from '../../breakages';
import type { BreakageWords } from '../../breakTypes';

export const breakages: Record<BreakageId, BreakageWords> = {
  noLeash: {
    title: 'Keine Leine',
    change: 'KL-Gewicht *β auf 0*, Lernrate auf 4e-4.',
    symptom:
      'Mittel über je zehn Updates, vom ersten bis zum fünften: Der Score des Belohnungsmodells *klettert von 0,09 auf 0,63*, die wahre Note *fällt von 0,39 auf −0,01*, und die KL wächst von 0,2 auf 9 Nat. Um Update 15 trennen sich die Linien.',
    why: 'Das Belohnungsmodell hat nur nahe den Antworten recht, an denen es gelernt hat. Nichts kostet es, sie zu verlassen, also geht die Policy dorthin, wo die Note hoch und falsch ist.',
    fix: 'β auf den üblichen Wert. Früh aufhören täte es auch.',
  },
  bigSteps: {
    title: 'Zu große Schritte',
    change: '*Lernrate* von PPO *auf 5e-3*, mehr als das Zehnfache.',
    symptom:
      'Fünf Updates lang nichts, da lernt nur der Kritiker. Dann fällt *in einem einzigen Update* die wahre Note von 0,43 auf −0,54, die KL springt auf 24 Nat, ein Viertel der Token wird geclippt, und die erklärte Varianz des Kritikers sinkt auf −1,5. Sechs Updates später sind Antworten fünf Token lang.',
    why: 'Das Clipping begrenzt, wie weit die Wahrscheinlichkeit eines Tokens in einem Update geschoben wird, nicht, wie weit die Gewichte springen. Die Policy landet, wo weder der Kritiker noch die alten Proben etwas bedeuten.',
    fix: 'Die übliche Rate. Ein Drittel dessen, was kaputtging, ist ein guter erster Versuch.',
  },
  deadPolicy: {
    title: 'Eine Policy, die nicht zurückkommt',
    change: '*Lernrate* von PPO *auf 0,3*, das Tausendfache.',
    symptom:
      'Fünf Updates lang nichts, solange nur der Kritiker lernt. Update 6 wirft die Policy mit einem Schritt hinaus: Von da an ist *jede Antwort nur noch das Endzeichen*, die wahre Note bleibt bei −1,00, und das Verhältnis steht bei *genau 1*: Alte und neue Policy sind dieselbe, Update um Update.',
    why: 'Die Policy ist sich überall eines einzigen Tokens sicher. Alle ihre Antworten sind gleich, keine ist besser als die nächste, es bleibt kein Vorteil übrig, und der Gradient ist null: Es gibt nichts mehr zu lernen.',
    fix: 'Neu beginnen, mit der üblichen Rate. Die Rate im laufenden Betrieb zu senken, kommt zu spät: Eine tote Policy bewegt sich bei keiner Rate.',
  },
  hotSampling: {
    title: 'Zu heiß gezogen',
    change: '*Temperatur auf 1,6*.',
    symptom:
      'Schon beim ersten Stapel liegt die wahre Note bei *−0,64 statt 0,36* und der Score des Belohnungsmodells bei −0,9 statt 0, obwohl die Policy dasselbe SFT-Modell ist. Die Entropie liegt über 2 Nat, ein Mehrfaches des Üblichen, und zehn Updates reparieren wenig: −0,49.',
    why: 'Die Antworten werden aus einer flacheren Verteilung gezogen als der, auf die SFT trainiert wurde. Die meisten enthalten ein unwahrscheinliches Token, und ein schlechtes Token verdirbt eine Antwort.',
    fix: 'Temperatur 1: Zieh aus genau der Policy, die du trainierst.',
  },
  coldCritic: {
    title: 'Ein Kritiker, der rät',
    change: 'Das Wertnetz beginnt mit dem *Kopf des Belohnungsmodells* und *ohne Aufwärmen*.',
    symptom:
      'Die erklärte Varianz beginnt *unter null* (−0,58), der Wertverlust bei 1,6, dem Fünffachen des Üblichen. In etwa acht Updates hat der Kritiker aufgeholt. Hier kommt die Policy davon; mit einem schlechteren Belohnungsmodell ziehen die ersten Updates in die falsche Richtung.',
    why: 'Der Kopf beantwortet „wie gut ist diese ganze Antwort“, nicht „wie viel kommt von hier an noch“. Bis er das verlernt hat, sind die Vorteile seine Fehler.',
    fix: 'Ein Kopf aus Nullen und fünf Updates für den Kritiker allein.',
  },
  fewRankings: {
    title: 'Zu wenige Rangfolgen',
    change: '*40 Rangfolgen* statt 3.000, und 16 Durchgänge.',
    symptom:
      'Die Genauigkeit beim Training klettert binnen 45 Schritten auf *1,00*, auf zurückgehaltenen Paaren hängt sie zwischen 0,45 und 0,56: eine Münze. Die Gesundheitsprüfung warnt vor Überanpassung und Genauigkeit.',
    why: 'Ein paar Hundert Paare lassen sich auswendig lernen. Gelernt sind dann diese Antworten, nicht, was eine Antwort gut macht.',
    fix: 'Mehr Rangfolgen, weniger Durchgänge. Die Lücke zwischen beiden Genauigkeiten verrät es.',
  },
  oneTaste: {
    title: 'Der Geschmack einer Person',
    change:
      'Das Belohnungsmodell lernt von *einer einzigen Person*: 60 Rangfolgen von jemandem, der immer die längste Antwort vorn sieht.',
    symptom:
      'Binnen 30 Updates klettert der Score des Belohnungsmodells *von 0 auf 2*, die wahre Note fällt *von 0,37 auf −0,5*, und die Antworten wachsen von 13 Token auf 20 von höchstens 24. Vergleiche ein paar mit denen von SFT: Sie schwafeln.',
    why: 'Nichts an der Methode fragt, ob jemand recht hat. Das Belohnungsmodell hat gelernt, was diesen Labels gemeinsam ist, und das ist die Länge.',
    fix: 'Viele Personen, und Richtlinien, über die sie einig sind. Die Reparatur holt die üblichen vierzig zurück.',
  },
  tooLong: {
    title: 'Zu langes SFT',
    change: '*200 Demonstrationen*, *40 Durchgänge*.',
    symptom:
      'Der zurückgehaltene Verlust fällt bis zum vierten Durchgang auf 0,81 und *steigt* dann bis zum 26. *auf 1,4*, während der Trainingsverlust weiter auf *0,01* sinkt.',
    why: 'Das Modell lernt die Antworten auswendig und wird sich ihrer sicher, auch wo sie nicht zum Prompt passen.',
    fix: 'Mehr Demonstrationen oder weniger Durchgänge. Aber: Ein etwas zu langes SFT kann trotzdem die besseren Antworten geben.',
  },
  wildSft: {
    title: 'Eine Lernrate, die sprengt',
    change: '*Lernrate* von SFT *auf 0,3*, das 200-Fache.',
    symptom:
      'Der Verlust fällt nicht, er *klettert von 1,7 auf über 25* binnen zwölf Schritten. Wenn die Rate abgeklungen ist, liegt er noch nahe 5, wo ein gesunder Lauf unter 0,5 ist; die Antworten sind Wortsalat. Keine Zahl wurde unendlich, also hielt ihn nichts an.',
    why: 'Jeder Schritt schießt über das Tal hinaus, auf das er zielt, und der nächste Gradient kommt von einem schlechteren Ort.',
    fix: 'Die übliche Rate. Aufwärmen und Gradientenbegrenzung helfen gegen Ausreißer, nicht dagegen.',
  },
};
