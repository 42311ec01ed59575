/** Countries by the words for what is of them, and by their other names: one thing for two names. */

/** `country: adjectives and inhabitants`, where they are not the same word. */
const lists = `
afghanistan: afghan; albania: albanian; algeria: algerian; angola: angolan; argentina: argentine argentinian argentinean;
armenia: armenian; australia: australian aussie; austria: austrian; azerbaijan: azerbaijani; bahrain: bahraini;
bangladesh: bangladeshi; belarus: belarusian; belgium: belgian; bolivia: bolivian; bosnia: bosnian; brazil: brazilian;
bulgaria: bulgarian; cambodia: cambodian; cameroon: cameroonian; canada: canadian; chad: chadian; chile: chilean;
china: chinese; colombia: colombian; congo: congolese; croatia: croatian; cuba: cuban; cyprus: cypriot;
czech republic: czech; denmark: danish; ecuador: ecuadorian; egypt: egyptian; england: english; eritrea: eritrean;
estonia: estonian; ethiopia: ethiopian; fiji: fijian; finland: finnish; france: french; gabon: gabonese; georgia: georgian;
germany: german; ghana: ghanaian; greece: greek; guatemala: guatemalan; haiti: haitian; honduras: honduran;
hungary: hungarian; iceland: icelandic; india: indian; indonesia: indonesian; iran: iranian persian; iraq: iraqi;
ireland: irish; israel: israeli; italy: italian; ivory coast: ivorian; jamaica: jamaican; japan: japanese; jordan: jordanian;
kazakhstan: kazakh; kenya: kenyan; kosovo: kosovan; kuwait: kuwaiti; kyrgyzstan: kyrgyz; laos: laotian; latvia: latvian;
lebanon: lebanese; liberia: liberian; libya: libyan; lithuania: lithuanian; luxembourg: luxembourgish;
macedonia: macedonian; malaysia: malaysian; mali: malian; malta: maltese; mauritania: mauritanian; mexico: mexican;
moldova: moldovan; mongolia: mongolian; montenegro: montenegrin; morocco: moroccan; mozambique: mozambican;
myanmar: burmese; namibia: namibian; nepal: nepalese nepali; netherlands: dutch; nicaragua: nicaraguan; nigeria: nigerian;
north korea: north-korean; norway: norwegian; oman: omani; pakistan: pakistani; palestine: palestinian;
panama: panamanian; paraguay: paraguayan; peru: peruvian; philippines: filipino philippine; poland: polish;
portugal: portuguese; qatar: qatari; romania: romanian; russia: russian; rwanda: rwandan; saudi arabia: saudi;
scotland: scottish; senegal: senegalese; serbia: serbian; singapore: singaporean; slovakia: slovak; slovenia: slovenian slovene;
somalia: somali; south africa: south-african; south korea: korean south-korean; spain: spanish; sri lanka: sri-lankan;
sudan: sudanese; sweden: swedish; switzerland: swiss; syria: syrian; taiwan: taiwanese; tajikistan: tajik;
tanzania: tanzanian; thailand: thai; tunisia: tunisian; turkey: turkish; uganda: ugandan; ukraine: ukrainian;
united kingdom: british uk u.k. britain great-britain; united states: american us u.s. usa u.s.a. united-states-of-america;
uruguay: uruguayan; uzbekistan: uzbek; venezuela: venezuelan; vietnam: vietnamese; wales: welsh; yemen: yemeni;
zambia: zambian; zimbabwe: zimbabwean`

const countries = new Map<string, string>()
for (const list of lists.split(';')) {
  const [country, others] = list.trim().split(': ')
  for (const other of others.split(' ')) countries.set(other, country)
}

const bare = (name: string): string => name.toLowerCase().replace(/^the\s+/, '')
const joined = (name: string): string => bare(name).replace(/\s+/g, '-')

/** @example countryOf('Colombian')   // 'colombia', as countryOf('Colombia') is; what is no country is itself */
export const countryOf = (name: string): string => countries.get(joined(name)) ?? bare(name)
