package dev.postern.gateway;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A test of one row of the catalogue of bad tokens, with the code that it asserts. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
@interface ThreatTest {
  int row();

  String code();
}
