/** What every public name owes its readers: a description, of its members too, and a word on whether it stays. */

import { ReflectionKind } from 'typedoc';

/** What has members of its own that somebody reads. */
const OF_A_TYPE = ReflectionKind.Interface | ReflectionKind.Class | ReflectionKind.TypeAlias;
const MEMBER = ReflectionKind.Property | ReflectionKind.Method | ReflectionKind.Accessor;

/** The public names, with properties and methods, of which no comment says what they are. */
export function withoutDescription(reflection) {
  const { signatures = [], getSignature, setSignature } = reflection;
  const comments = [reflection, ...signatures, getSignature, setSignature].map(part => part?.comment);
  const described = comments.some(comment => comment?.summary.length > 0);
  const own = described || reflection.kindOf(ReflectionKind.Namespace) ? [] : [reflection.getFullName()];
  return [...own, ...membersOf(reflection).flatMap(withoutDescription)];
}

/** The members of a type that are described with it, not where they are inherited from. */
function membersOf(reflection) {
  if (reflection.kindOf(ReflectionKind.Namespace)) return reflection.children ?? [];
  if (!reflection.kindOf(OF_A_TYPE)) return [];
  const { children = [], type } = reflection;
  const inType = [type, ...(type?.types ?? [])].flatMap(part => part?.declaration?.children ?? []);
  return [...children, ...inType].filter(child => child.kindOf(MEMBER) && !child.inheritedFrom);
}

export function isExperimental({ comment, signatures = [] }) {
  return [comment, ...signatures.map(signature => signature.comment)].some(c =>
    c?.hasModifier('@experimental'),
  );
}

/** All public names: those of a namespace stand for themselves. */
function namesOf(project) {
  return project.children.flatMap(child =>
    child.kindOf(ReflectionKind.Namespace) ? child.children.map(name => [child, name]) : [[undefined, child]],
  );
}

/** Names that are neither promised nor marked, both at once, or promised and gone. */
export function instabilities(project, stable) {
  const promised = new Set(stable);
  const wrong = [];
  for (const [space, reflection] of namesOf(project)) {
    const name = space ? `${space.name}.${reflection.name}` : reflection.name;
    if (promised.has(name) === isExperimental(reflection)) wrong.push(name);
    promised.delete(name);
  }
  return [...new Set([...wrong, ...promised])];
}
