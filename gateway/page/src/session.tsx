/** Who is logged in, and what they may do. */

import { createContext, useContext } from "react";

export interface Me {
  id: string;
  name: string;
  org: string;
  roles: string[];
  regions: string[];
  permissions: string[];
  district: string;
  oidc: boolean;
}

export const SessionContext = createContext<Me | undefined>(undefined);

/** The caller. */
export function useMe(): Me {
  const me = useContext(SessionContext);
  if (!me) throw new Error("no session");
  return me;
}

/** May the caller do what needs this permission? */
export function useCan(): (permission: string) => boolean {
  const { permissions } = useMe();
  return (permission) => permissions.includes(permission);
}
